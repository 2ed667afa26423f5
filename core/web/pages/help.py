"""帮助: short texts of ``core/web/help`` for each role, and the few steps shown to whoever comes for the first time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import markdown
from flask import Blueprint, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.services.permission.access import ADMINISTRATOR, COORDINATION, DEPARTMENT, LINKED, OFFICER
from core.services.permission.rights import AUDIT, AUDITOR, COMPANY, GRID, READ, SECURITY
from core.services.work import Work
from core.web import frame
from core.web.language import language

bp = Blueprint("help", __name__)
FOLDER = Path(__file__).resolve().parents[1] / "help"
OWN = {
    OFFICER: "daily",
    DEPARTMENT: "department",
    LINKED: "leader",
    COORDINATION: "coordination",
    ADMINISTRATOR: "administrator",
    GRID: "daily",
    COMPANY: "company",
    SECURITY: "guarding",
    AUDITOR: "guarding",
}
TOPICS = (*dict.fromkeys(OWN.values()), "sheets", "red", "words")
LINK = re.compile(r'<a href="(/[^"]*)">(.*?)</a>')
SEEN = "actions_seen"  # the roles whose tour this browser has put away
SHOWN = "actions_shown"  # those it has shown before: from then on the tour is one line


@dataclass(frozen=True)
class Topic:
    """One text: its address, its heading and the rest of it."""

    key: str
    title: str
    body: Markup


@dataclass(frozen=True)
class Step:
    """One step of the tour and the page it leads to."""

    title: str
    text: str
    href: str


@bp.route("/help")
def own() -> ResponseReturnValue:
    """The reader's own role first."""
    mine = OWN.get(frame.actor().role, TOPICS[0])
    return _page(mine, [s for s in steps(frame.reading()) if s.href != f"/help/{mine}"])


@bp.route("/help/<key>")
def show(key: str) -> ResponseReturnValue:
    if key not in TOPICS:
        abort(404)
    return _page(key, [])


@bp.route("/help/seen", methods=["POST"])
def seen() -> ResponseReturnValue:
    """Put the tour away in this browser. It differs by role, so the roles are kept, not who the person is."""
    return _noted(redirect(frame.inside(request.form.get("next", "/"))), SEEN)


@bp.after_app_request
def shown(answer: Response) -> Response:
    return _noted(answer, SHOWN) if g.get("tour_shown") else answer


def _noted(answer: Response, cookie: str) -> Response:
    """Add the reader's role to those of the cookie."""
    known = request.cookies.get(cookie, "").split(".")
    roles = ".".join(sorted({frame.actor().role, *(r for r in known if r in OWN)}))
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(cookie, roles, httponly=True, samesite="Lax", secure=secure, max_age=365 * 86400)
    return answer


def _page(key: str, tour_steps: list[Step]) -> str:
    mine = OWN.get(frame.actor().role, TOPICS[0])
    order = (mine, *(t for t in TOPICS if t != mine))
    code = language()
    told = topic(key, code)
    return frame.page(
        "help.html",
        topic=replace(told, body=_open_to_reader(told.body)),
        mine=mine,
        topics=[topic(t, code) for t in order],
        steps=tour_steps,
    )


def _open_to_reader(body: Markup) -> Markup:
    """Everybody may read every topic; a link the reader would be refused at is words only."""
    site = current_app.url_map.bind("")

    def shown(link: re.Match[str]) -> str:
        endpoint, _arguments = site.match(link[1].partition("#")[0])
        return link[0] if frame.door(endpoint) else link[2]

    return Markup(LINK.sub(shown, body))


@cache
def topic(key: str, code: str) -> Topic:
    """The text in the reader's language, rendered once: it is a part of the product, never what a user typed."""
    file = FOLDER / (f"{key}.md" if code == "zh" else f"{key}.{code}.md")
    head, _line, rest = file.read_text(encoding="utf-8").partition("\n")
    shown = markdown.markdown(rest, extensions=["tables"], output_format="html")
    return Topic(
        key, head.removeprefix("# ").strip(), Markup(shown.replace("<table>", '<table class="table table-sm">'))
    )


@bp.app_template_global()
def tour() -> list[Step]:
    """The steps to show on the page, until they have been put away."""
    role = frame.actor().role
    if role in request.cookies.get(SEEN, "").split("."):
        return []
    g.tour_shown = role not in request.cookies.get(SHOWN, "").split(".")
    return steps(frame.reading())


def steps(work: Work) -> list[Step]:
    """What is owed, how it is reported, where it is red and why, where last week's report is."""
    if not work.actor.may(READ):
        return _work_of(work)
    week_ago = max(work.today - timedelta(days=7), work.campaign.starts_on)
    return [
        *_work_of(work),
        Step(_("哪里红、为什么"), _("红灯旁写明差多少、由谁督促；点数字看到逐个对象和填报记录。"), "/overview#red"),
        Step(
            _("上周的报告"), _("综合报告选一个截至日再点“查看”，就是那天的报告，可下载。"), f"/report?as_of={week_ago}"
        ),
    ]


def _work_of(work: Work) -> list[Step]:
    """The steps that differ by role; no action is named here."""
    me = work.actor
    led = sorted(me.leads or me.shares)
    manual = f"/help/{OWN.get(me.role, TOPICS[0])}"
    if me.role in (OFFICER, GRID, COMPANY):
        owed = _("“今日”按期限排出七天内要办的和已逾期的；社区页列出全部。")
        if me.role != OFFICER:
            owed = _("“今日”按期限排出七天内要办的和已逾期的；点小区名看它的全部事项。")
        return [
            Step(_("欠什么"), owed, f"/community/{me.community_id}#owed" if me.role == OFFICER else "/"),
            Step(_("怎么报"), _("点事项右边的“填报”，填几项、拍照、“保存”，一次就算报完。"), manual),
        ]
    if me.role == DEPARTMENT:
        return [
            Step(
                _("欠什么"),
                _("“今日”的“等您办理”是要核验、复核的；本行动页列出指标和时限。"),
                f"/a/{led[0]}/" if led else "/",
            ),
            Step(_("怎么核、怎么报"), _("打开记录，点“核验通过”或“退回”；本部门要报的，点“填报”。"), manual),
        ]
    if me.role == LINKED:
        return [
            Step(_("欠什么"), _("“今日”列出您挂钩小区逾期和将到期的事项；作战图看全街道。"), "/wall"),
            Step(_("怎么督促"), _("点小区名，看谁负责、欠什么、最近报了什么。"), manual),
        ]
    if me.role == COORDINATION:
        return [
            Step(_("欠什么"), _("作战图一格是一个小区的一项行动，红格写着逾期几件，点开看由谁办。"), "/wall"),
            Step(_("怎么开调度会"), _("会前看总览红灯，会上定事，会后登记会议和议定事项，系统盯期限。"), manual),
        ]
    if me.role in (SECURITY, AUDITOR):
        return [Step(_("三员各管什么"), _("帮助列出三员各做什么、不做什么。"), manual)] + (
            [Step(_("谁做了什么"), _("操作日志只增不减，被拒绝的也在里面。"), "/journal")] if me.may(AUDIT) else []
        )
    return [
        Step(_("系统是否正常"), _("系统状态列出插件、定时任务和正在发生的故障。"), "/status"),
        Step(_("怎么管账号和基础信息"), _("账号在“账号管理”中新增；小区、部门、职责在“基础信息”中登记。"), manual),
    ]

"""The clock's pages: jobs with their runs, what went out, the calendar of holidays, and duties by unit, action and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.describe import Job
from core.base.errors import Forbidden, Invalid, NotFound
from core.base.units import COMMUNITY
from core.services.audit import journal
from core.services.messaging import sent
from core.services.owing import holidays, owed, waivers
from core.services.permission import rights
from core.services.scheduled import by_hand, clock_hold, job_runs
from core.services.work import Work
from core.web import frame
from core.web.language import language, translated

bp = Blueprint("clock", __name__)
DAYS = {"mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日"}


@bp.route("/jobs")
def jobs() -> ResponseReturnValue:
    """Whether each ran and each message arrived, for who operates; what it said, only for who reads the business (三员分立)."""
    work = frame.reading()
    me, mine = work.actor, _jobs(work)
    all_of_it = me.reads_all or me.may(rights.OPERATE)
    return frame.page(
        "jobs.html",
        jobs=mine,
        runs=job_runs.latest(work.session, list(mine), each=8),
        told={key for key in mine if key in job_runs.OWN or me.reads_all or key.partition(".")[0] in me.leads},
        when={key: when(one) for key, one in mine.items()},
        missed=job_runs.outages(work.session, list(mine)),
        running=by_hand.running(frame.platform()),
        ways=sent.by_channel(work) if all_of_it else (),
        contents=me.reads_all,
        troubles=sent.troubles(work) if all_of_it else (),
    )


@bp.route("/jobs/<key>/run", methods=["POST"])
def run(key: str) -> ResponseReturnValue:
    if key not in _jobs(frame.reading()):
        abort(403 if key in job_runs.all_jobs(frame.platform().catalog) else 404)
    with frame.writing() as writer:  # who set it going; what came of it is in the ledger of runs
        journal.write(writer, "run", key, None, {})
    try:
        apart = frame.platform().apart is not None  # else here, where who develops it sees it fail
        done = by_hand.start(frame.platform(), key) if apart else job_runs.run_now(frame.platform(), key)
        flash(_("已开始运行，完成后结果列在这里。") if done is None else done.result or done.error or "")
    except Invalid as error:
        flash(translated(error.problems[0].text))
    return redirect(frame.inside(request.form.get("back", "/jobs")))


@bp.route("/clock/resume", methods=["POST"])
def resume() -> ResponseReturnValue:
    """The time is right: the scheduler goes on."""
    try:
        with frame.writing() as work:
            clock_hold.resume(frame.platform(), work)
        session["saved"] = _("已确认时间无误，定时任务继续，错过的将补做。")
    except Invalid as error:  # somebody else said so, or the clock was set right meanwhile
        flash(translated(error.problems[0].text))
    return redirect(url_for("status.show"))


@bp.route("/calendar", methods=["GET", "POST"])
def calendar() -> ResponseReturnValue:
    work = frame.reading()
    asked = request.values.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 < int(asked[:5]) < 2100 else work.today.year
    problems: list[Any] = []
    if request.method == "POST":
        try:
            with frame.writing() as writer:
                many = holidays.keep(writer, year, request.form.get("days", ""))
            session["saved"] = _("已导入 %(y)s 年节假日和调休 %(n)s 天。", y=year, n=many)
            return redirect(url_for("clock.calendar", year=year))
        except Invalid as error:
            problems = [p.text for p in error.problems]
        except Forbidden as error:
            abort(403, error.args[0])
    work = frame.reading()
    page = frame.page(
        "calendar.html",
        year=year,
        years=range(work.today.year - 1, work.today.year + 3),
        known=work.calendar.knows(year),
        days=holidays.of(work, year),
        holds=work.calendar.special(year),
        months=[work.calendar.month(year, m) for m in range(1, 13)],
        may=work.actor.may(rights.OPERATE),
        typed=request.form.get("days", ""),
        problems=problems,
    )
    return (page, 422) if problems else page


@bp.route("/obligations")
def obligations() -> ResponseReturnValue:
    return _owed(request.args or {"state": "overdue"})  # who names nothing wants what is late


def _owed(args: Mapping[str, str], **more: Any) -> str:
    work = frame.reading()
    asked = owed.Asked.read(args)
    return frame.page(
        "obligations.html",
        asked=asked,
        states=owed.STATES,
        found=owed.find(work, asked),
        communities=sorted(work.look.names(COMMUNITY).items(), key=lambda pair: pair[1]),
        args={k: v for k, v in args.items() if k != "page" and v},
        waivable={slug for slug in work.catalog.plugins if waivers.may_waive(work, slug)},
        **({"problems": (), "typed": {}, "failed": None} | more),
    )


@bp.route("/obligations/<int:number>/waive", methods=["POST"])
def waive(number: int) -> ResponseReturnValue:
    """An extension granted or taken back; what is wrong comes back with what was typed."""
    back = frame.inside(request.form.get("back", "/obligations"))
    try:
        until = date.fromisoformat(text) if (text := request.form.get("until", "")) else None
        with frame.writing() as work:
            waivers.waive(work, number, until, request.form.get("reason", ""))
    except ValueError:
        problems = [_("日期看不懂，请用日历选择。")]
    except Invalid as error:
        problems = [p.text for p in error.problems]
    except Forbidden as error:
        abort(403, error.args[0])
    except NotFound:
        abort(404)
    else:
        session["saved"] = _("已准许延期。") if until else _("已取消延期。")
        return redirect(back)
    asked = dict(parse_qsl(urlsplit(back).query))
    return _owed(asked, problems=problems, typed=request.form, failed=number), 422


def _jobs(work: Work) -> dict[str, Job]:
    """The jobs the person may run: all for who administers, else those of the actions led."""
    found = job_runs.all_jobs(work.catalog)
    if work.actor.may(rights.OPERATE):
        return found
    return {k: j for k, j in found.items() if k.partition(".")[0] in work.actor.leads}


def when(job: Job) -> str:
    """A schedule in words: 每月1日 9:00."""
    told = job.when
    clock = (
        f"{told.get('hour', '*')}:{int(told.get('minute', 0)):02d}" if str(told.get("minute", 0)).isdecimal() else ""
    )
    if "day" in told:
        return str(_("每月%(d)s日 %(t)s", d=told["day"], t=clock))
    if "day_of_week" in told:
        comma = ", " if language() == "en" else "、"
        week = comma.join(translated(DAYS.get(d, d)) for d in str(told["day_of_week"]).split(","))
        return str(_("每%(w)s %(t)s", w=week, t=clock))
    if set(told) == {"minute"} and str(told["minute"]).isdecimal():
        return str(_("每小时第%(m)s分", m=told["minute"]))
    return str(_("每天 %(t)s", t=clock) if "hour" in told else "、".join(f"{k}={v}" for k, v in told.items()))

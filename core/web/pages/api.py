"""/api/v1: records, figures and duties as JSON, through the same door and the same permissions as the pages.

A token speaks for its account (``Authorization: Bearer``); a signed-in browser needs the CSRF token to write.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from wtforms import ValidationError

from core.base.blocks import Light
from core.base.errors import Forbidden, Invalid, KeyReused, OverQuota, Problem, Stale
from core.base.record import Record
from core.base.say import Say
from core.base.units import UNIT_KINDS
from core.services.exchange import openapi
from core.services.exchange.tokens import Held
from core.services.lists import listing
from core.services.measuring import figures
from core.services.owing import duties
from core.services.work import Work
from core.services.writing import records
from core.web import frame
from core.web.pages.records import model_of

bp = Blueprint("api", __name__, url_prefix="/api/v1")
LONGEST_KEY = 255
READS = ("GET", "HEAD", "OPTIONS")
FOR_ALL = ("api.document", "api.catalog")
OF_INTAKES = ("api.submit", "api.status")
OF_RECORDS = ("api.index", "api.create", "api.show", "api.correct", "api.move")


@bp.before_request
def guard() -> ResponseReturnValue | None:
    if g.get("by_token"):
        within_scope(g.token)
    elif request.endpoint in OF_INTAKES:
        raise Forbidden(Say("受理渠道只对接口令牌开放"))
    if request.method in READS or g.get("by_token"):
        return None
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except ValidationError:
        return jsonify({"problems": [{"field": "", "text": "缺少 X-CSRFToken 请求头，或已过期"}]}), 400
    return None


def within_scope(token: Held) -> None:
    """``Forbidden`` for what the token was not given; the account's own rights are judged where they always are."""
    verb = "read" if request.method in READS else "write"
    key = (request.view_args or {}).get("key", "") if request.endpoint in OF_RECORDS else ""
    needed = f"records:{key}:{verb}" if key else verb
    if request.endpoint in OF_INTAKES:
        needed = f"intake:{(request.view_args or {})['key']}"
        allowed = needed in token.scopes
    else:
        allowed = request.endpoint in FOR_ALL or token.allows(verb, key)
    if not allowed:
        raise Forbidden(Say("令牌没有这项权限，需要 {s}", s=needed))


@bp.errorhandler(Invalid)
def invalid(error: Invalid) -> ResponseReturnValue:
    problems = [{"field": p.field, "text": str(p.text)} for p in error.problems]
    return jsonify({"problems": problems}), 413 if isinstance(error, OverQuota) else 422


@bp.errorhandler(BadRequest)
def bad_request(error: BadRequest) -> ResponseReturnValue:
    return jsonify({"problems": [{"field": "", "text": error.description}]}), 400


@bp.errorhandler(KeyReused)
def reused(_error: KeyReused) -> ResponseReturnValue:
    problem = {"field": "", "text": _("同一 Idempotency-Key 已用于其他内容，请换一个新的")}
    return jsonify({"problems": [problem]}), 422


@bp.errorhandler(Stale)
def stale(error: Stale) -> ResponseReturnValue:
    problem = {"field": "", "text": "这条记录已被他人修改，请取最新版本后再改"}
    return jsonify({"problems": [problem], "version": error.version}), 409


@bp.route("/openapi.json")
def document() -> ResponseReturnValue:
    return jsonify(openapi.document(frame.platform().catalog))


@bp.route("/catalog")
def catalog() -> ResponseReturnValue:
    found = frame.platform().catalog
    return jsonify(
        {
            "records": [{"key": k, "label": m.label, "code": m.code} for k, m in found.records.items()],
            "indicators": [{"key": k, "label": i.label, "code": i.code} for k, i in found.indicators.items()],
            "deadlines": [{"key": k, "label": d.label, "code": d.code} for k, d in found.deadlines.items()],
        }
    )


@bp.route("/records/<key>")
def index(key: str) -> ResponseReturnValue:
    work = frame.reading()
    found = listing.find(work, key, _asked(model_of(work, key)))
    return jsonify({"total": found.total, "pages": found.pages, "items": [_json(row[0]) for row in found.rows]})


@bp.route("/records/<key>", methods=["POST"])
def create(key: str) -> ResponseReturnValue:
    model_of(frame.reading(), key)
    idempotency = idempotency_key("api", frame.actor().login)
    with frame.writing("api") as work:
        saved = records.save(work, key, body(), idempotency=idempotency, reason=request.args.get("reason", ""))
        content = _json(saved.record)
    return jsonify(content), 200 if saved.repeated else 201


@bp.route("/records/<key>/<int:record_id>")
def show(key: str, record_id: int) -> ResponseReturnValue:
    return jsonify(_json(records.get(frame.reading(), key, record_id)))


@bp.route("/records/<key>/<int:record_id>", methods=["PATCH"])
def correct(key: str, record_id: int) -> ResponseReturnValue:
    model_of(frame.reading(), key)
    version = _if_match()
    if version is None:
        problem = {"field": "", "text": '请在 If-Match 请求头中写明所依据的版本，例如 If-Match: "3"'}
        return jsonify({"problems": [problem]}), 428
    with frame.writing("api") as work:
        reason = request.args.get("reason", "")
        content = _json(records.save(work, key, body(), record_id=record_id, version=version, reason=reason).record)
    return jsonify(content)


@bp.route("/records/<key>/<int:record_id>/moves/<step>", methods=["POST"])
def move(key: str, record_id: int, step: str) -> ResponseReturnValue:
    model_of(frame.reading(), key)
    sent = body()
    remark = str(sent.pop("remark", ""))
    with frame.writing("api") as work:
        content = _json(records.move(work, key, record_id, step, sent, remark=remark, version=_if_match()))
    return jsonify(content)


@bp.route("/indicators")
def indicators() -> ResponseReturnValue:
    work = frame.reading()
    day = _as_of(work)
    return jsonify({"as_of": day.isoformat(), "items": [_figure(i) for i in figures.indicators(work, day)]})


@bp.route("/indicators/<key>/units")
def units(key: str) -> ResponseReturnValue:
    work = frame.reading()
    found = work.catalog.indicators.get(key)
    if found is None:
        return jsonify({"problems": [{"field": "", "text": f"没有指标 {key}"}]}), 404
    rows = figures.units(work, found, _as_of(work))
    names = work.look.names(found.unit)
    return jsonify({"items": [{"unit": r.unit_id, "name": names.get(r.unit_id), "n": r.n, "d": r.d} for r in rows]})


@bp.route("/obligations")
def obligations() -> ResponseReturnValue:
    """Open duties of one unit (``?unit=complex/12``) that are due within a year."""
    work = frame.reading()
    kind, _, number = request.args.get("unit", "").partition("/")
    if kind not in UNIT_KINDS or not re.fullmatch("[0-9]{1,9}", number):
        raise Invalid([Problem("unit", Say("请写明责任对象，例如 unit=complex/12"))])
    owed = duties.owed_by(work, duties.of_unit(kind, int(number)), date(work.today.year + 1, 12, 31))
    return jsonify({"items": [_duty(d) for d in owed]})


def _asked(model: type[Record]) -> listing.Asked:
    """What a page forgives, a program is told: an unknown or unreadable word of the query (A17)."""
    sorts = {listing.sortable(model, f) for f in model.fields()} - {""}
    fits: dict[str, Callable[[str], object]] = {
        "q": lambda text: len(text) <= 60 and "\0" not in text,
        "state": {s.key for s in model.workflow.states}.__contains__,
        "from": _day,
        "to": _day,
        "sort": lambda text: text.removeprefix("-") in sorts,
    }
    fits |= dict.fromkeys(("community", "unit", "page"), re.compile("[1-9][0-9]{0,8}").fullmatch)
    wrong = [n for n, value in request.args.items() if n not in fits or not fits[n](value)]
    if wrong:
        raise Invalid([Problem(n, Say("查询参数不对，可用的参数和取值见 openapi.json")) for n in wrong])
    return listing.Asked.read(request.args)


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _json(record: Record) -> dict[str, Any]:
    """A record as JSON; personal fields come masked."""
    values = {f.name: f.kind.dump(getattr(record, f.name)) for f in type(record).fields()}
    return {"id": record.id, "version": record.version, "state": record.state, **values}


def _figure(one: Any) -> dict[str, Any]:
    value = one.figure
    return {
        "key": one.indicator.key,
        "code": one.indicator.code,
        "label": one.indicator.label,
        "period": one.window.key,
        "n": one.n,
        "d": one.d,
        "value": float(value) if value is not None else None,
        "target": float(one.target.value) if one.target else None,
        "light": Light(one.light).value,
        "fault": one.fault or None,
    }


def _duty(one: duties.Duty) -> dict[str, Any]:
    return {
        "id": one.id,
        "rule": one.deadline.key,
        "label": one.deadline.label,
        "period": one.period,
        "due_at": one.due_at.isoformat(),
        "status": one.status.value,
    }


def body() -> dict[str, Any]:
    """The JSON object sent. Unknown fields are refused by the door, not ignored."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        found = request.get_json(silent=True)
    except RecursionError:  # thousands of levels
        found = None
    if not isinstance(found, dict):
        raise Invalid([Problem("", Say("请求正文应为 JSON 对象"))])
    return found


def idempotency_key(*whose: str) -> str | None:
    """The key under which the answer is kept for a week; a program must state one, for a browser its form does."""
    stated = request.headers.get("Idempotency-Key", "").strip()
    if not 1 <= len(stated) <= LONGEST_KEY:
        if stated or g.get("by_token"):
            raise BadRequest(
                _("请在 Idempotency-Key 请求头中写明本次提交的编号（1至%(n)s个字符，例如一个 UUID）", n=LONGEST_KEY)
            )
        return None
    return f"{whose[0]}/{hashlib.sha256(json.dumps([*whose, stated]).encode()).hexdigest()}"


def _if_match() -> int | None:
    stated = request.headers.get("If-Match", "").strip()
    if not stated:
        return None
    number = stated.removeprefix("W/").strip('"')
    if not re.fullmatch("[0-9]{1,9}", number):
        raise Invalid([Problem("", Say('If-Match 应为记录的版本号，例如 If-Match: "3"'))])
    return int(number)


def _as_of(work: Work) -> date:
    """A page shows today for a day it can't show; a program would take today's figures for that day's."""
    day, stated = frame.as_of(work), request.args.get("as_of")
    if stated is not None and stated != day.isoformat():
        raise Invalid([Problem("as_of", Say("as_of 应为方案启动日至今天之间的日期，例如 2024-12-31"))])
    return day

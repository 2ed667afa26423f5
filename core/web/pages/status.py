"""系统状态: plugins and their faults, what is computed when, what the machine lacks. Nothing personal, so all may see it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from core.kernel.catalog import Catalog
from core.services.backups import backups_kept
from core.services.measuring.days import KeptDay
from core.services.messaging import sent
from core.services.operations import faults, pauses
from core.services.permission import rights
from core.services.scheduled import clock_hold, job_runs
from core.services.store import server_clock
from core.services.store.db import sqlite_is_safe, sqlite_module
from core.web import frame
from core.web.language import translated

bp = Blueprint("status", __name__)


@bp.route("/status")
def show() -> ResponseReturnValue:
    work = frame.reading()
    catalog = frame.platform().catalog
    latest = work.session.scalars(select(KeptDay).order_by(KeptDay.day.desc()).limit(7)).all()
    standing = sorted(faults.standing(work.session).values(), key=lambda f: f.since)
    ahead = server_clock.ahead(work.session, frame.platform().config.now())
    version = sqlite_module().sqlite_version
    return frame.page(
        "status.html",
        plugins=[(p, [f for f in standing if f.plugin == p.action.slug]) for p in catalog.plugins.values()],
        quarantined=catalog.faults,
        standing=standing,
        may_resume=work.actor.may(rights.OPERATE),
        hold=clock_hold.standing(frame.platform(), work),
        apart_s=0 if ahead is None or abs(ahead) < server_clock.APART else round(abs(ahead).total_seconds()),
        kept=latest,
        job_runs=job_runs.latest(work.session, list(catalog.jobs)),
        jobs=catalog.jobs,
        missed=job_runs.outages(work.session, list(catalog.jobs)),
        places={f.place: _place(catalog, f.place) for f in standing},
        store="SQLite " + version if frame.platform().db.sqlite else "PostgreSQL",
        store_safe=not frame.platform().db.sqlite or sqlite_is_safe(tuple(int(x) for x in version.split("."))),
        backups=None if frame.platform().config.backups is None else backups_kept.standing(work.session),
        undelivered=sent.undelivered(work) if work.actor.may(rights.OPERATE) else 0,
        next_year=work.calendar.knows(work.today.year + 1),
    )


def _place(catalog: Catalog, place: str) -> str:
    """Where a fault stands, by the label of what failed; what has none is called by its action."""
    kind, _sep, key = place.partition(":")
    declared = {"job": job_runs.all_jobs(catalog), "indicator": catalog.indicators, "deadline": catalog.deadlines}
    found: Any = declared.get(kind, {}).get(key)
    if found is None and (plugin := catalog.plugins.get(key.partition(".")[0])) is not None:
        found = plugin.action
    return translated(found.label) if found is not None else place


@bp.route("/status/resume", methods=["POST"])
def resume() -> ResponseReturnValue:
    """One click: what was paused after it failed too often is tried again."""
    with frame.writing() as work:
        pauses.resume(work, request.form.get("place", ""))
    session["saved"] = _("已恢复，将重新计算；如再次连续出错会重新暂停。")
    return redirect(url_for("status.show"))


@bp.route("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify({"ok": True})

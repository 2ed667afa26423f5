"""What a watch program asks of the platform, as plain numbers: (name, help, label names, [(label values, number)]). Nothing in it
names a person or a unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import case, func, select

from core.services.backups import backups_kept
from core.services.messaging.messages import Delivery
from core.services.messaging.reminders import SOON
from core.services.operations.fault_row import FaultRow
from core.services.owing.obligations import Obligation
from core.services.scheduled.job_runs import JobRun
from core.services.work import Work


class Gauge(NamedTuple):
    name: str
    help: str
    labels: tuple[str, ...]
    values: list[tuple[tuple[str, ...], float]]


def read(work: Work) -> Iterator[Gauge]:
    yield Gauge("actions_obligations_open", "Open obligations by state", ("state",), _open(work))
    faults = work.session.scalar(select(func.count()).select_from(FaultRow)) or 0
    yield Gauge("actions_faults_standing", "Standing faults", (), [((), faults)])
    yield Gauge("actions_plugins_quarantined", "Plugins set aside", (), [((), len(work.catalog.faults))])
    runs = select(JobRun.job, JobRun.state, func.count()).group_by(JobRun.job, JobRun.state)
    yield Gauge("actions_job_runs", "Runs of jobs kept in the ledger", ("job", "state"), _counted(work, runs))
    waiting = select(Delivery.channel, Delivery.state, func.count()).group_by(Delivery.channel, Delivery.state)
    yield Gauge("actions_outbox_deliveries", "Messages on their way out", ("channel", "state"), _counted(work, waiting))
    good = backups_kept.standing(work.session).good
    if good is not None:
        age = (work.now - good).total_seconds()
        yield Gauge("actions_backup_age_seconds", "Since the newest backup that was tried", (), [((), age)])


def _open(work: Work) -> list[tuple[tuple[str, ...], float]]:
    state = case(
        (Obligation.due_at < work.now, "overdue"), (Obligation.due_at < work.now + SOON, "due_soon"), else_="upcoming"
    )
    rows = select(state, func.count()).where(Obligation.done_at.is_(None)).group_by(state)
    found = {row[0]: row[1] for row in work.session.execute(rows)}
    return [((name,), found.get(name, 0)) for name in ("upcoming", "due_soon", "overdue")]


def _counted(work: Work, rows: Any) -> list[tuple[tuple[str, ...], float]]:
    return [(tuple(row[:-1]), row[-1]) for row in work.session.execute(rows)]

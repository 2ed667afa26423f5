"""The labelled demo world, lived day by day through the one door: each sample is reported on its day, each later step
taken on its own, and every day is kept, so that trends and history are as true as a real campaign's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from core.base.describe import Sample
from core.base.errors import ActionsError
from core.base.record import Record
from core.base.window import TZ
from core.base.world import World
from core.services.measuring import days
from core.services.permission.access import SYSTEM, Actor
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import many, reactions, records

DEMO = Actor(login="demo", label="演示数据", role=SYSTEM)


@dataclass
class Event:
    """A sample reported (``step`` empty), or one of its later steps."""

    sample: Sample
    step: str = ""
    values: dict[str, Any] | None = None


class SampleRefused(ActionsError):
    """A plugin's sample did not pass the one door; says which, of which day, and why."""


Agenda = dict[date, list[Event]]


def fill(platform: Platform, world: World, *, every: int = 1, say: Callable[[str], None] = lambda _text: None) -> int:
    """Live every sample of every plugin until ``world.until``. ``every``: keep each so-many-th day (large worlds).

    A plugin whose samples fail is reported and left out; the number of records written is returned.
    """
    plans = _agenda(platform, world, say)
    ids: dict[int, int] = {}
    written, day = 0, world.start
    while day <= world.until:
        today = plans.get(day, ())
        if today or (day - world.start).days % every == 0 or day == world.until:
            with platform.work(DEMO, now=datetime.combine(day, time(10, 0), TZ), source="demo") as work:
                if (day - world.start).days % every == 0 or day == world.until or _month_end(day):
                    days.begin(work)
                written += happen(work, today, ids)
        if day.day in (1, 15) or day == world.until:
            say(f"{day.isoformat()}：已写入 {written} 条演示记录")
        day += timedelta(days=1)
    return written


def _agenda(platform: Platform, world: World, say: Callable[[str], None]) -> Agenda:
    out: Agenda = defaultdict(list)
    for slug, plugin in platform.catalog.plugins.items():
        if plugin.samples is None:
            continue
        try:
            mine = agenda(plugin.samples(world), world.start)
        except Exception as error:
            if platform.config.strict:
                raise
            say(f"插件 {slug} 的演示数据不可用：{error}")
            continue
        for day, events in mine.items():
            out[day].extend(events)
    return out


def agenda(samples: Iterable[Sample], start: date) -> Agenda:
    """What happens on which day: first what is reported anew, then what a reaction made of it, then the steps."""
    out: Agenda = defaultdict(list)
    for sample in samples:
        out[max(sample.on, start)].append(Event(sample))
        for on, step, values in sample.steps:
            out[on].append(Event(sample, step, values))
    for events in out.values():
        events.sort(key=lambda e: 2 if e.step else 0 if e.sample.made else 1)
    return out


def happen(work: Work, events: Iterable[Event], ids: dict[int, int]) -> int:
    """The events of one day in order; new records of one kind that follow each other pass the door together. ``ids`` by
    ``id(sample)``. How many records were written."""
    written = 0
    for (kind, made, stepping), group in groupby(events, key=lambda e: (e.sample.record, e.sample.made, bool(e.step))):
        if kind not in work.catalog.records.values():
            raise SampleRefused(f"{kind.__name__} 没有在 records 钩子里申报")
        if stepping:
            for event in group:
                _stepped(work, event, ids)
        elif made:
            written += _reported(work, kind, [e.sample for e in group], ids)
        else:
            for event in group:
                ids[id(event.sample)] = _found(work, event.sample, ids)
        reactions.run(work)
    return written


def _stepped(work: Work, event: Event, ids: Mapping[int, int]) -> None:
    kind = event.sample.record
    values = _resolved(work, kind, event.values or {}, ids)
    key, number = work.catalog.key_of(kind), ids[id(event.sample)]
    try:
        records.move(work, key, number, event.step, values, remark="（演示）")
    except ActionsError as error:
        raise SampleRefused(f"示例 {key}（{event.sample.on}）的步骤 {event.step}，{work.today}：{error}") from error


def _reported(work: Work, model: type[Record], samples: Sequence[Sample], ids: dict[int, int]) -> int:
    raw = [_resolved(work, model, {model.unit.column: s.unit_id, **s.values}, ids) for s in samples]
    entries = [many.Entry(r, reason="演示数据") for r in raw]
    done = many.save_many(work, work.catalog.key_of(model), entries)
    for sample, outcome in zip(samples, done, strict=True):
        if isinstance(outcome, ActionsError):
            raise SampleRefused(f"示例 {work.catalog.key_of(model)}，{sample.on}：{outcome}") from outcome
        ids[id(sample)] = outcome.record_id
    return len(samples)


def _found(work: Work, sample: Sample, ids: Mapping[int, int]) -> int:
    """The record a reaction made, by its unit and the sample's values."""
    model = sample.record
    values = _resolved(work, model, {model.unit.column: sample.unit_id, **sample.values}, ids)
    rows = select(model.id).where(*(getattr(model, name) == value for name, value in values.items()))
    number: int = work.session.execute(rows).scalar_one()
    return number


def _resolved(work: Work, model: type[Record], values: Mapping[str, Any], ids: Mapping[int, int]) -> dict[str, Any]:
    """Samples that stand for other records as those records' ids, or as origins where the field is one."""
    out = {}
    for name, value in values.items():
        if isinstance(value, Sample):
            number = ids[id(value)]
            whole = model.field(name).kind.name == "origin"
            out[name] = f"{work.catalog.key_of(value.record)}/{number}" if whole else number
        else:
            out[name] = value
    return out


def _month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1

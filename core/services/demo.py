"""The labelled demo world, lived day by day through the one door: each sample is reported on its day, each later step
taken on its own, and every day is kept, so that trends and history are as true as a real campaign's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from core.base.describe import Sample
from core.base.errors import ActionsError
from core.base.record import Record
from core.base.window import TZ
from core.base.world import World
from core.services import days, many, records
from core.services.access import SYSTEM, Actor
from core.services.platform import Platform
from core.services.work import Work

DEMO = Actor(login="demo", label="演示数据", role=SYSTEM)


@dataclass
class Event:
    """A sample reported (``step`` empty), or one of its later steps."""

    sample: Sample
    step: str = ""
    values: dict[str, Any] | None = None


def fill(platform: Platform, world: World, *, every: int = 1, say: Callable[[str], None] = lambda _text: None) -> int:
    """Live every sample of every plugin until ``world.until``. ``every``: keep each so-many-th day (large worlds).

    A plugin whose samples fail is reported and left out; the number of records written is returned.
    """
    agenda = _agenda(platform, world, say)
    ids: dict[int, int] = {}
    written, day = 0, world.start
    while day <= world.until:
        today = agenda.get(day, ())
        if today or (day - world.start).days % every == 0 or day == world.until:
            with platform.work(DEMO, now=datetime.combine(day, time(10, 0), TZ), source="demo") as work:
                if (day - world.start).days % every == 0 or day == world.until or _month_end(day):
                    days.begin(work)
                written += _happen(work, today, ids)
        if day.day in (1, 15) or day == world.until:
            say(f"{day.isoformat()}：已写入 {written} 条演示记录")
        day += timedelta(days=1)
    return written


def _agenda(platform: Platform, world: World, say: Callable[[str], None]) -> dict[date, list[Event]]:
    agenda: dict[date, list[Event]] = defaultdict(list)
    for slug, plugin in platform.catalog.plugins.items():
        if plugin.samples is None:
            continue
        try:
            for sample in _in_order(plugin.samples(world)):
                agenda[max(sample.on, world.start)].append(Event(sample))
                for on, step, values in sample.steps:
                    agenda[on].append(Event(sample, step, values))
        except Exception as error:
            if platform.config.strict:
                raise
            say(f"插件 {slug} 的演示数据不可用：{error}")
    return agenda


def _in_order(samples: Iterable[Sample]) -> Iterator[Sample]:
    return iter(sorted(samples, key=lambda s: s.on))


def _happen(work: Work, events: Sequence[Event], ids: dict[int, int]) -> int:
    """The day's events in order; new records of one kind that follow each other pass the door together."""
    written = 0
    for (kind, stepping), group in groupby(events, key=lambda e: (e.sample.record, bool(e.step))):
        key = work.catalog.key_of(kind)
        if stepping:
            for event in group:
                values = _resolved(work, kind, event.values or {}, ids)
                records.move(work, key, ids[id(event.sample)], event.step, values, remark="（演示）")
        else:
            written += _reported(work, key, [e.sample for e in group], ids)
    return written


def _reported(work: Work, key: str, samples: Sequence[Sample], ids: dict[int, int]) -> int:
    model = work.catalog.records[key]
    raw = [_resolved(work, model, {model.unit.column: s.unit_id, **s.values}, ids) for s in samples]
    done = many.save_many(work, key, [many.Entry(r, reason="演示数据") for r in raw])
    for sample, outcome in zip(samples, done, strict=True):
        if isinstance(outcome, ActionsError):
            raise outcome
        ids[id(sample)] = outcome.record_id
    return len(samples)


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

"""Rules about samples: they get in through the one door, cover every record, and come back from every form unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from core.base.fields import Field
from core.checks.rule import Subject
from core.services.sheets.export import NATIVE, cell_text
from core.services.work import Work

ENOUGH = 60  # rows of a record that are taken through every form


def samples(subject: Subject) -> Iterator[str]:
    plugin = subject.plugin
    if plugin.samples is None:
        yield "没有实现 samples(world)"
        return
    platform, world = subject.benches.filled, subject.benches.world
    if why := subject.benches.refused.get(subject.slug):
        yield f"示例数据没有写入：{why}"
    if list(plugin.samples(world)) != list(plugin.samples(world)):
        yield "同一个 world 两次给出的示例不同"
    with platform.reading() as work:
        for key, record in plugin.records.items():
            if not work.session.scalar(select(func.count()).select_from(record)):
                yield f"{key}（{record.label}）一条示例也没有"


def roundtrip(subject: Subject) -> Iterator[str]:
    """Form, JSON and sheet say the same thing: whatever goes out can come back in (law 1)."""
    with subject.benches.filled.reading() as work:
        for key, record in subject.plugin.records.items():
            for row in work.session.scalars(select(record).limit(ENOUGH)):
                for field in record.fields():
                    value = getattr(row, field.name)
                    if value is None:
                        continue
                    for form, back in _ways(work, field, value):
                        if back != value:
                            yield f"{key}.{field.name}：{value!r} 经{form}变成 {back!r}"


def _ways(work: Work, field: Field, value: Any) -> Iterator[tuple[str, Any]]:
    kind, look = field.kind, work.look
    yield "重读", kind.read(value, look)
    if field.personal:  # masked on the way out: what comes back is never taken for the value
        return
    yield "表单", kind.read(kind.text(value), look)
    sent = json.loads(json.dumps(kind.dump(value)))
    yield "JSON", kind.load(sent)
    yield "接口", kind.read(sent, look)
    yield "表格", kind.read(value if kind.name in NATIVE else cell_text(work, field, value), look)

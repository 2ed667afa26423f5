"""What a declaration must keep to before it enters the Catalog. Each rule yields what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.base import version
from core.base.describe import Action, Indicator
from core.base.due import Every, Once
from core.base.errors import DeclarationError
from core.kernel import rules_workflow
from core.kernel.catalog import Declared


def problems(found: Declared) -> Iterator[DeclarationError]:
    yield from _action(found.action)
    yield from _keys(found)
    yield from _tables(found)
    yield from _deadlines(found)
    yield from _notices(found)
    for record in found.records.values():
        yield from rules_workflow.problems(record)
    yield from _intakes(found)
    for indicator in found.indicators:
        yield from _indicator(indicator)


def _action(action: Action) -> Iterator[DeclarationError]:
    if not action.slug.isidentifier() or not action.slug.islower():
        yield DeclarationError(f"slug {action.slug!r}", "use a lower-case Python name: the plugin's folder")
    try:
        fits = version.fits(action.needs_core)
    except ValueError:
        yield DeclarationError(f"needs_core {action.needs_core!r}", 'write a range such as ">=1.1,<2"')
        return
    if not fits:
        yield DeclarationError(
            f"needs contract {action.needs_core}",
            f"this platform speaks contract {version.VERSION}: install a release of the plugin made for it, "
            f"or the platform the plugin asks for",
        )


def _notices(found: Declared) -> Iterator[DeclarationError]:
    for one in found.notices:
        if one.record not in found.records.values():
            yield DeclarationError(
                f"a notice of {one.record.__name__}", "propose records of the plugin itself: add the class to records()"
            )


def _intakes(found: Declared) -> Iterator[DeclarationError]:
    for one in found.intakes:
        if one.record not in found.records.values():
            yield DeclarationError(
                f"the intake {one.key} of {one.record.__name__}", "take in records of the plugin itself"
            )
            continue
        fields = {f.name: f for f in one.record.fields()}
        if strange := [n for n in one.fields if n not in fields or not fields[n].filed]:
            yield DeclarationError(
                f"the intake {one.key} asks for {strange}",
                "name fields that are asked for when the record is first reported",
            )
        if spoken := [n for n in one.told if n not in fields or fields[n].personal]:
            yield DeclarationError(f"the intake {one.key} tells of {spoken}", "tell of fields that are not personal")


def _keys(found: Declared) -> Iterator[DeclarationError]:
    prefix = found.action.slug + "."
    declared: Sequence[tuple[str, str]] = [
        *(("indicator", i.key) for i in found.indicators),
        *(("deadline", d.key) for d in found.deadlines),
        *(("setting", s.key) for s in found.settings),
        *(("section", s.key) for s in found.sections),
        *(("job", j.key) for j in found.jobs),
        *(("offer", o.key) for o in found.offers),
        *(("compilation", c.key) for c in found.compilations),
        *(("intake", i.key) for i in found.intakes),
    ]
    seen: set[tuple[str, str]] = set()
    for kind, key in declared:
        if not key.startswith(prefix):
            yield DeclarationError(f"{kind} key {key!r}", f"begin it with {prefix!r}")
        if (kind, key) in seen:
            yield DeclarationError(f"{kind} key {key!r} is declared twice", "give each its own key")
        seen.add((kind, key))
    both = {i.key for i in found.indicators} & {d.key for d in found.deadlines}
    for key in sorted(both):
        yield DeclarationError(
            f"{key!r} is an indicator and a deadline", "give each its own key: their settings share a name"
        )


def _tables(found: Declared) -> Iterator[DeclarationError]:
    prefix = found.action.slug + "_"
    for record in found.records.values():
        if not record.__tablename__.startswith(prefix):
            yield DeclarationError(
                f"table {record.__tablename__!r} of {record.__name__}", f"begin its name with {prefix!r}"
            )
        if not record.__dict__.get("label"):
            yield DeclarationError(f"record {record.__name__} has no label", "give it its Chinese name: label = ...")


def _deadlines(found: Declared) -> Iterator[DeclarationError]:
    own = set(found.records.values())
    for deadline in found.deadlines:
        for record in (deadline.answers, deadline.of):
            if record is not None and record not in own:
                yield DeclarationError(
                    f"deadline {deadline.key!r} names {record.__name__}",
                    "declare the record: add the class to records()",
                )
        recurring = isinstance(deadline.due, Once | Every)
        if recurring and deadline.done is None:
            yield DeclarationError(
                f"deadline {deadline.key!r} says nothing that settles it", "give done=: a select of (unit_id, day)"
            )
        if not recurring and deadline.of is None:
            yield DeclarationError(
                f"deadline {deadline.key!r} has a clock but no record", "give of=: the record whose clock it is"
            )


def _indicator(indicator: Indicator) -> Iterator[DeclarationError]:
    if not callable(indicator.measure):
        yield DeclarationError(
            f"indicator {indicator.key!r} has no measure", "give measure=: a function of scope returning a select"
        )

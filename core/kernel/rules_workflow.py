"""What a record's words and its workflow may name: states, fields and people that are there. A slip here would show only when
somebody takes the step."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from core.base.errors import DeclarationError
from core.base.record import Record
from core.base.workflow import COORDINATOR, LEAD, REPORTER, SYSTEM

PEOPLE = {REPORTER, LEAD, COORDINATOR}


def problems(record: type[Record]) -> Iterator[DeclarationError]:
    name, fields = record.__name__, {f.name for f in record.fields()}
    flow, states = record.workflow, {s.key for s in record.workflow.states}
    yield from _words(f"record {name}: by", record.by)
    for word in ("named_by", "once_per"):
        yield from _there(f"record {name}: {word}", getattr(record, word), fields, "field of the record")
    yield from _there(f"record {name}: follows", filter(None, [record.follows]), fields, "field of the record")
    yield from _there(f"workflow of {name}: editable", flow.editable, states, "state of the workflow")
    for step in flow.transitions:
        at = f"step {step.key!r} of {name}"
        yield from _there(f"{at}: source, target", (*step.source, step.target), states, "state of the workflow")
        named = (*step.fields, *step.clears, *filter(None, [step.stamps]))
        yield from _there(f"{at}: fields, stamps, clears", named, fields, "field of the record")
        yield from _words(f"{at}: by", set(step.by) - {SYSTEM})
        if step.hands_in and (step.fields or step.needs_remark or not set(step.source) <= set(flow.editable)):
            yield DeclarationError(
                f"{at}: hands_in, yet it asks for more than the form has, or the form is closed in its source",
                "take its fields and needs_remark away, and name its source in editable",
            )


def _there(at: str, named: Iterable[str], known: set[str], what: str) -> Iterator[DeclarationError]:
    for word in named:
        if word not in known:
            near = difflib.get_close_matches(word, known, 1, 0.3) or sorted(known)[:1]
            yield DeclarationError(f"{at} {word!r} is not there", f"name a {what}, such as {near[0]!r}")


def _words(at: str, people: Iterable[str]) -> Iterator[DeclarationError]:
    for word in set(people) - PEOPLE:
        yield DeclarationError(f"{at} {word!r} is nobody", "use REPORTER, LEAD or COORDINATOR of core.api")

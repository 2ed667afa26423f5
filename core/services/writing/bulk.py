"""One step for many records of a list at once (批量核验、退回). Who passes is moved, who does not is named with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.base.errors import Forbidden, Invalid, Problem, Stale
from core.base.record import Record
from core.base.say import Say
from core.base.workflow import Transition
from core.services.permission import access
from core.services.work import Work
from core.services.writing import judging, records


@dataclass(frozen=True)
class Moved:
    """How many records took the step, and each that did not, with why."""

    done: int
    refused: Sequence[tuple[Record, Say | str]]


def steps(work: Work, key: str, rows: Sequence[Record]) -> dict[Transition, frozenset[int]]:
    """The steps that ask for nothing but a remark, each with the ids of those of ``rows`` the actor may take it for."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    out = {}
    for step in model.workflow.transitions:
        if not step.fields:
            at = [r for r in rows if r.state in step.source]
            if may := frozenset(r.id for r in at if judging.refusal(work, slug, r, step) is None):
                out[step] = may
    return out


def move(work: Work, key: str, versions: Mapping[int, int | None], step: str, remark: str = "") -> Moved:
    """Take ``step`` with each record of ``versions`` (id to the version the person saw) the actor may see.

    Raises ``Invalid`` if the step is none that needs no more than a remark, or its remark is missing.
    """
    model, slug = work.catalog.records[key], key.partition(".")[0]
    transition = model.workflow.transition(step)
    if transition is None or transition.fields:
        raise Invalid([Problem("", Say("这一步须逐条办理，请打开记录"))])
    if transition.needs_remark and not remark.strip():
        raise Invalid([Problem("remark", Say("“{t}”请写明原因", t=transition.label))])
    rows = select(model).where(model.id.in_(versions), access.visible(work.actor, slug, model)).order_by(model.id)
    done, refused = 0, []
    for record in work.session.scalars(records.for_change(rows)).all():
        try:
            records.take(work, key, record, step, remark=remark, version=versions[record.id])
            done += 1
        except Invalid as error:
            refused += [(record, error.problems[0].text)]
        except Forbidden as error:
            refused += [(record, error.args[0])]
        except Stale:
            refused += [(record, Say("刚刚被他人修改，请核对后再办"))]
    return Moved(done, refused)

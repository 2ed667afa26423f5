"""What is made of many plugins' words: the combined report, the end of an action's page, a compilation. Each may take as long
as a plugin likes, so where ``Work.apart`` stands it is made in a child that can be killed (apart.py); else here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.base.blocks import Block, Document
from core.base.errors import NotFound
from core.base.window import Period
from core.services.measuring.places import Place
from core.services.reporting import compilations, reports
from core.services.reporting.compared import Before
from core.services.work import Work


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """``compilation``: a key, "" for the report; ``section``: the slug of the one action whose part is wanted. The others
    are ``reports.combined``'s."""

    as_of: date
    period: Period | None = None
    place: Place | None = None
    before: Before | None = None
    compilation: str = ""
    section: str = ""


def report(
    work: Work,
    as_of: date,
    *,
    period: Period | None = None,
    place: Place | None = None,
    before: Before | None = None,
) -> Document:
    """The combined report: ``reports.combined``."""
    return _document(work, Wanted(as_of=as_of, period=period, place=place, before=before))


def compiled(work: Work, key: str, as_of: date) -> Document:
    """A document a plugin compiles. Raises ``NotFound``, also for one the actor may not open."""
    one = work.catalog.compilations.get(key)
    if one is None or not compilations.may_open(work, one):
        raise NotFound(key, hidden=one is not None)
    return _document(work, Wanted(as_of=as_of, compilation=key))


def section(work: Work, slug: str, as_of: date) -> tuple[Block, ...]:
    """An action's part of the report with what others remark on it."""
    return _document(work, Wanted(as_of=as_of, section=slug)).blocks


def _document(work: Work, wanted: Wanted) -> Document:
    return made(work, wanted) if work.apart is None else work.apart.document(work, wanted)


def made(work: Work, wanted: Wanted) -> Document:
    """It, in this process."""
    if wanted.compilation:
        return compilations.document(work, wanted.compilation, wanted.as_of)
    if wanted.section:
        (facts,) = reports.gather(work, wanted.as_of, wanted.section)
        return Document(title="", blocks=(*reports.section(work, facts), *reports.remarks(work, facts)))
    return reports.combined(work, wanted.as_of, period=wanted.period, place=wanted.place, before=wanted.before)

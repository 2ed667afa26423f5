"""Rules about what is shown: the section of the report and the panels of a complex, from no data and from samples, in
every renderer; and the store's shape against the plugin's migrations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from core.base.blocks import Block, Document
from core.checks.bench import AS_OF
from core.checks.rule import Subject
from core.estate.units import Complex
from core.render import FORMATS, render
from core.services.personal import masked_read
from core.services.reporting import compilations as compiled
from core.services.reporting import reports, standard
from core.services.work import Work


def section(subject: Subject) -> Iterator[str]:
    """Pure: the same facts give the same blocks (law 6) on any day, and every renderer takes them."""
    for where, platform in subject.benches.both:
        for day in AS_OF:
            with platform.reading() as work:
                blocks, again = _built(work, subject, day), _built(work, subject, day)
            if blocks != again:
                yield f"{where}，{day}：两次生成的内容不同"
        yield from _rendered(where, Document(title=subject.plugin.action.label, blocks=blocks, as_of=day))


def _rendered(where: str, document: Document) -> Iterator[str]:
    yield from (f"{where}：{name} 是空的" for name in FORMATS if not render(document, name))


def _built(work: Work, subject: Subject, day: date) -> tuple[Block, ...]:
    facts = next(f for f in reports.gather(work, day, subject.slug) if f.action.slug == subject.slug)
    own = subject.plugin.sections
    return tuple(own[0].build(facts) if own else standard.section(facts))


def panels(subject: Subject) -> Iterator[str]:
    build = subject.plugin.panels
    if build is None:
        return
    for where, platform in subject.benches.both:
        with platform.reading() as work:

            def read(rows: object, work: Work = work) -> object:
                return masked_read.read(work.session, rows)

            units = work.session.scalars(select(Complex.id)).all()
            blocks = tuple(block for unit in units for block in build(complex_id=unit, read=read))
        yield from _rendered(where, Document(title="小区", blocks=blocks))


def compilations(subject: Subject) -> Iterator[str]:
    """Documents of many records, and what is added to any action's section: from no data and from samples, every format."""
    plugin = subject.plugin
    if not plugin.compilations and plugin.remarks is None:
        return
    for where, platform in subject.benches.both:
        for day in AS_OF:
            with platform.reading() as work:
                made = [compiled.document(work, one.key, day) for one in plugin.compilations]
                if plugin.remarks is not None:
                    for facts in reports.gather(work, day):
                        blocks = tuple(plugin.remarks(facts=facts))
                        made.append(Document(title=facts.action.label, blocks=blocks, as_of=day))
        for document in made:
            yield from _rendered(f"{where}，{document.title}", document)


def migrations(subject: Subject) -> Iterator[str]:
    subject.benches.empty  # noqa: B018 - making it compares every plugin's tables with its steps
    yield from subject.benches.unlike.get(subject.slug, ())

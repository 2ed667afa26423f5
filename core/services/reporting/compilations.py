"""Documents of a week or a month that a plugin compiles from many records (Compilation): found, built behind its border, and
marked like every paper of the campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.base.blocks import Document, Notice
from core.base.describe import Compilation, Readers
from core.base.errors import NotFound
from core.base.window import window
from core.services.operations import faults
from core.services.permission import rights
from core.services.reporting import reports
from core.services.work import Work


def offered(work: Work) -> Sequence[Compilation]:
    """The documents the actor may open, in the order of the notice."""
    return tuple(one for one in work.catalog.compilations.values() if may_open(work, one))


def may_open(work: Work, one: Compilation) -> bool:
    """Is the actor of the circle the document is declared for?"""
    me, slug = work.actor, one.key.partition(".")[0]
    department = me.role in (rights.DEPARTMENT, rights.LINKED)
    if one.readers is Readers.EVERYBODY or me.reads_all:
        return True
    return department and (one.readers is Readers.DEPARTMENTS or slug in me.leads | me.shares)


def document(work: Work, key: str, as_of: date) -> Document:
    """The document of the period that holds ``as_of``, as known then. Raises ``NotFound``. What its plugin raises is said in
    the document's place."""
    one = work.catalog.compilations.get(key)
    if one is None:
        raise NotFound(key)
    slug = key.partition(".")[0]
    campaign = reports.gather(work, as_of)
    own = next(f for f in campaign if f.action.slug == slug)
    span = window(one.every, as_of, campaign_start=work.campaign.starts_on)
    made = Document(title=one.label, blocks=())
    with faults.border(work, place := f"document:{key}", slug) as failed:
        faults.reach(work, place)
        made = one.build(own, campaign, span)
        reports.blocks_of(made.blocks)
    if failed:
        told = Notice(f"内容不可用：自{faults.since(work, place)}起，原因：{failed[0].what}", tone="fault")
        made = Document(title=one.label, blocks=(told,))
    return replace(made, issuer=made.issuer or work.campaign.issuer, demo=work.campaign.demo, as_of=as_of)

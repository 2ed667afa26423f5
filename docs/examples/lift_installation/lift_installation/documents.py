"""A document of one's own: what was applied for in a month."""

from collections.abc import Sequence

from sqlalchemy import func, select

from core.api import (
    Column,
    Compilation,
    Complex,
    Document,
    Facts,
    Heading,
    Number,
    Paragraph,
    Period,
    Table,
    Text,
    Window,
    counts,
)
from lift_installation.records import Application


# [document]
def monthly(facts: Facts, campaign: Sequence[Facts], window: Window) -> Document:
    """A document of the month: what was applied for, by complex. The core adds the issuer and the mark of demo data."""
    rows = facts.read(
        select(Complex.name, func.count())
        .join(Application, Application.complex_id == Complex.id)
        .where(counts(Application), Application.applied_on.between(window.start, window.day))
        .group_by(Complex.id, Complex.name)
        .order_by(func.count().desc(), Complex.name)
    )
    return Document(
        title=f"加装电梯情况（{window.start.year}年{window.start.month}月）",
        blocks=(
            Heading("本月申请"),
            Paragraph("本月新申请", Number(sum(n for _, n in rows), "梯"), "。"),
            Table(
                title="各小区申请",
                columns=(Column(label="小区", width=14), Column(label="申请", width=8, align="right")),
                rows=tuple((Text(name), Number(n, "梯")) for name, n in rows),
                empty="本月没有新的申请。",
            ),
        ),
    )


COMPILATIONS = (Compilation(key="lift_installation.monthly", label="加装电梯情况", every=Period.MONTH, build=monthly),)
# [/document]

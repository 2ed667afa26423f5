"""考评通报 (F5.3) as an office files it (plan 3.8): results ranked, what is good and what is not, demands, the scores as an annex."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.api import Attachment, Block, Column, Document, Heading, Look, Number, Paper, Paragraph, Ratio, Table, Text
from plugins.market_order.records_assessment import LISTED, Assessment, Bulletin, Rank, company_ranks, complex_ranks

ISSUER = "梅岭街道城管办"


def bulletin(record: Any, look: Look) -> Document:
    """Only what was approved by the day it was issued, or by today while it is a draft."""
    own = (Assessment.month == record.month, Assessment.approved_on <= (record.issued_on or look.today))
    ranks, rows = company_ranks(look.read, *own), look.read(complex_ranks(*own))
    month = f"{record.month.year}年{record.month.month}月"
    return Document(
        title=f"关于{month}物业服务精细化考评情况的通报",
        blocks=tuple(_body(record, month, ranks, rows)),
        number=record.document_no or "",
        addressees="各社区、各物业服务企业：",
        signature=(ISSUER,),
        signed_on=record.issued_on or record.drafted_on,
        draft=record.issued_on is None,
        attachments=(Attachment(title=f"{month}考评得分明细", blocks=(scores(rows, ranks),)),),
    )


def _body(record: Any, month: str, ranks: Sequence[Rank], rows: Sequence[Any]) -> Iterator[Block]:
    below = [r for r in rows if r.score < r.line]
    yield Heading("基本情况")
    yield Paragraph(
        f"{month}对",
        Number(len(rows), "个"),
        "小区开展精细化考评并审定结果，涉及物业服务企业",
        Number(len(ranks), "家"),
        "，达标小区占",
        Ratio(len(rows) - len(below), len(rows)),
        "。",
    )
    yield Heading("考评结果")
    yield ranking(ranks)
    yield Heading("好的方面")
    yield from _said(record.good)
    red = [r for r in rows[:LISTED] if r.score >= r.line]
    if red:
        yield Paragraph("得分靠前的小区：" + "、".join(f"{r.name}（{r.score:.1f}分）" for r in red) + "。")
    yield Heading("存在问题")
    yield from _said(record.bad)
    if below:
        yield Paragraph(
            "低于达标线的小区：" + "、".join(f"{r.name}（{r.score:.1f}分）" for r in reversed(below)) + "。"
        )
    yield Heading("工作要求")
    yield from _said(record.demands)


def _said(text: str | None) -> Iterator[Paragraph]:
    lines = [line for line in (text or "").splitlines() if line.strip()]
    yield from (Paragraph(line) for line in lines or ("（由城管办填写）",))


def ranking(ranks: Sequence[Rank]) -> Table:
    return Table(
        title="物业服务企业排名",
        columns=(
            Column(label="名次", width=4, align="right"),
            Column(label="物业服务企业", width=14),
            Column(label="小区数", width=5, align="right"),
            Column(label="平均分", width=6, align="right"),
            Column(label="最低分", width=6, align="right"),
        ),
        rows=tuple(
            (
                Number(place),
                Text(one.name),
                Number(one.many),
                Number(float(one.mean), digits=1),
                Number(float(one.least), digits=1),
            )
            for place, one in enumerate(ranks, 1)
        ),
        empty="本月没有已审定的考评。",
    )


def scores(rows: Sequence[Any], ranks: Sequence[Rank]) -> Table:
    companies = {one.company_id: one.name for one in ranks}
    return Table(
        title="考评得分明细",
        columns=(
            Column(label="名次", width=4, align="right"),
            Column(label="小区", width=14),
            Column(label="物业服务企业", width=14),
            Column(label="得分", width=6, align="right"),
            Column(label="结果", width=6),
        ),
        rows=tuple(
            (
                Number(place),
                Text(r.name),
                Text(companies.get(r.company_id, "—")),
                Number(float(r.score), digits=1),
                Text("达标" if r.score >= r.line else "不达标"),
            )
            for place, r in enumerate(rows, 1)
        ),
        empty="本月没有已审定的考评。",
    )


PAPERS = (Paper(record=Bulletin, label="考评通报", build=bulletin),)

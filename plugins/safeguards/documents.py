"""The papers to companies as an office files them (plan 3.8). The number stays blank until people have typed one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from core.api import Block, Document, Heading, Look, Paper, Paragraph
from plugins.safeguards.records_notices import CommunityNotice, DepartmentNotice
from plugins.safeguards.records_supervision import Rectification, Reminder, Talk

ISSUER = "专项行动综合协调组"


def _cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _document(record: Any, look: Look, title: str, blocks: Iterator[Block]) -> Document:
    return Document(
        title=title,
        blocks=tuple(blocks),
        number=record.number or "",
        addressees=f"{look.unit_name(record.unit, record.unit_id)}：",
        signature=(ISSUER,),
        signed_on=record.issued_on or record.drafted_on,
    )


def _facts(record: Any, look: Look) -> Iterator[Block]:
    yield Heading("事实和依据")
    yield Paragraph(record.facts)
    if record.basis:
        yield Paragraph(f"依据记录：{look.origin_name(record.basis) or record.basis}。")


def reminder(record: Any, look: Look) -> Document:
    def body() -> Iterator[Block]:
        yield Paragraph(f"现就“{record.matter}”提醒如下。")
        yield from _facts(record, look)
        yield Heading("提醒事项")
        yield Paragraph(record.demand)
        yield Heading("完成期限")
        yield Paragraph(f"请于{_cn(record.limit_on)}前完成，并书面回执。")

    return _document(record, look, "工作提醒函", body())


def rectification(record: Any, look: Look) -> Document:
    def body() -> Iterator[Block]:
        yield Paragraph(f"经检查，你单位存在“{record.matter}”的问题，现通知如下。")
        yield from _facts(record, look)
        yield Heading("整改要求")
        yield Paragraph(record.demand)
        yield Heading("整改期限")
        yield Paragraph(f"请于{_cn(record.limit_on)}前整改到位，并书面报告。逾期未整改的，将约谈并记入信用信息。")
        yield Heading("签收和复查")
        yield Paragraph("签收人：　　　　　签收日期：　　年　月　日")
        yield Paragraph(f"复查意见：{record.recheck or '　'}")

    return _document(record, look, "整改通知书", body())


def talk(record: Any, look: Look) -> Document:
    def body() -> Iterator[Block]:
        at = record.talk_at
        yield Paragraph(f"因“{record.matter}”，请按以下安排接受约谈。")
        yield Heading("时间地点")
        yield Paragraph(f"{_cn(at.date())}{at:%H:%M}，{record.place}；约谈人：{record.interviewer}。")
        yield from _facts(record, look)
        yield Heading("约谈要求")
        yield Paragraph(record.demand)
        yield Paragraph(f"请于{_cn(record.limit_on)}前报送整改报告。")

    return _document(record, look, "约谈通知书", body())


def sheet(record: Any, look: Look) -> Document:
    def body() -> Iterator[Block]:
        yield Paragraph(f"经调度，你单位{record.matter}，列入{record.colour}色督办。")
        yield Heading("督办事项")
        for line in record.facts.splitlines():
            yield Paragraph(line)
        yield Heading("办理要求")
        yield Paragraph(record.demand)
        yield Heading("反馈期限")
        yield Paragraph(f"请于{_cn(record.limit_on)}前反馈办理情况。逾期不反馈的，予以通报。")

    return _document(record, look, f"{record.colour}色督办单", body())


PAPERS = (
    Paper(record=CommunityNotice, label="督办单", build=sheet),
    Paper(record=DepartmentNotice, label="督办单", build=sheet),
    Paper(record=Reminder, label="工作提醒函", build=reminder),
    Paper(record=Rectification, label="整改通知书", build=rectification),
    Paper(record=Talk, label="约谈通知书", build=talk),
)

"""The office's own list of holidays and make-up working days, imported when the State Council has announced a year (law 8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select

from core.base.errors import Forbidden, Invalid, Problem
from core.base.say import Say
from core.services.audit import journal
from core.services.owing import obligations
from core.services.owing.calendar import CalendarDay
from core.services.permission import rights
from core.services.work import Work

WORDS = {"休": False, "班": True}
LINE = re.compile(rf"^(\d{{4}}-\d{{1,2}}-\d{{1,2}})\s*[,，\t ]\s*({'|'.join(WORDS)})\s*(?:[,，\t ]\s*(.{{0,60}}))?$")


def read(year: int, text: str) -> list[CalendarDay]:
    """One day a line: ``2027-01-01 休 元旦`` (off) or ``2027-02-06 班`` (a rest day that is worked)."""
    out: dict[date, CalendarDay] = {}
    problems = []
    for number, line in enumerate((s.strip() for s in text.splitlines()), 1):
        if not line:
            continue
        found = LINE.match(line)
        try:
            on = date(*map(int, found[1].split("-"))) if found else None
        except ValueError:
            on = None
        if found is None or on is None:
            problems.append(
                Problem("days", Say("第 {n} 行看不懂：“{t}”。应为“2027-01-01 休 元旦”的样子", n=number, t=line[:30]))
            )
        elif on.year != year:
            problems.append(Problem("days", Say("第 {n} 行不是 {y} 年的日子", n=number, y=str(year))))
        else:
            out[on] = CalendarDay(day=on, working=WORDS[found[2]], label=(found[3] or "").strip() or None)
    if not out and not problems:
        problems.append(Problem("days", Say("请粘贴放假和调休的日子，每行一天")))
    if problems:
        raise Invalid(problems[:10])
    return list(out.values())


def keep(work: Work, year: int, text: str) -> int:
    """Replace what was imported for the year; duties on working days are reckoned anew. How many days there are now."""
    if not work.actor.may(rights.OPERATE):
        raise Forbidden(Say("只有系统管理员可以导入节假日"))
    days = read(year, text)
    inside = (CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    was = len(of(work, year))
    work.session.execute(delete(CalendarDay).where(*inside))
    work.session.add_all(days)
    work.session.flush()
    work.forget()
    obligations.rebuild(work)
    journal.write(work, "set", "calendar", year, {"count": [was, len(days)]})
    return len(days)


def of(work: Work, year: int) -> Sequence[CalendarDay]:
    """What the office has imported for the year."""
    rows = select(CalendarDay).where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    return work.session.scalars(rows.order_by(CalendarDay.day)).all()

"""Issued reports: numbered, frozen, corrected by a further one, compared, and found out when somebody changes a row."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core import cli
from core.base.errors import Forbidden, Invalid
from core.render import as_json
from core.services.audit.journal import JournalEntry
from core.services.measuring import days
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.reporting import compared, editions, reports
from core.services.writing import records
from core.testing import at
from tests.core.web.test_web_records import hidden

DAY, KEY = date(2024, 11, 20), "environment.first_cleanup_done"
GROUP = Actor(login="group", label="综合协调组", role="coordination")
Client = Callable[[str], Any]


def issue(platform: Platform, day: date = DAY, **more: Any) -> int:
    with platform.work(GROUP, now=at(day)) as work:
        days.begin(work)
    with platform.work(GROUP, now=at(day)) as work:
        return editions.issue(work, DAY, **more).number


def report_a_cleanup(platform: Platform, day: date = DAY) -> None:
    raw = {"complex_id": 1, "held_on": "2024-11-14", "people": 5, "photos": ["demo"]}
    with platform.work(now=at(day)) as work:
        records.save(work, "environment.cleanup", raw | {"spots": "出入口、地下室、入户大堂、卫生死角、垃圾收集点"})


def test_an_edition_is_the_report_of_its_day_word_for_word(platform: Platform) -> None:
    assert issue(platform) == 1
    with platform.reading(GROUP, now=at(DAY)) as work:
        kept = editions.document(editions.get(work, 1))
        now = reports.combined(work, DAY)
        assert as_json.render(kept) == as_json.render(as_json.load(as_json.render(now))).replace(
            b'"draft": true', b'"draft": false'
        )
        assert list(editions.verify(work)) == []


def test_a_mistake_is_corrected_by_a_further_edition_that_prints_what_changed(platform: Platform) -> None:
    issue(platform)
    report_a_cleanup(platform)
    with pytest.raises(Invalid):
        issue(platform, corrects=1)  # without a reason
    assert issue(platform, corrects=1, reason="示例小区01补报") == 2
    with platform.reading(GROUP, now=at(DAY)) as work:
        first, second = editions.get(work, 1), editions.get(work, 2)
        found = {
            c.figure.key: (c.before, c.after)
            for c in compared.changes(editions.figures(first), editions.figures(second))
        }
        assert found[KEY] == ("0.0%（0/9）", "11.1%（1/9）")
        assert found["environment.first_cleanup"] == ("9", "8"), "and one overdue less"
        printed = as_json.render(editions.document(second)).decode()
        assert "本期更正第1期。更正原因：示例小区01补报" in printed and "11.1%（1/9）" in printed
        assert second.previous == first.digest and list(editions.verify(work)) == []
        line = work.session.query(JournalEntry).filter_by(subject="edition", subject_id=2).one()
        assert line.verb == "issue" and line.changes["remark"] == [None, "示例小区01补报"]


def test_the_first_edition_says_what_is_known_otherwise_today(platform: Platform) -> None:
    issue(platform)
    with platform.reading(GROUP, now=at(DAY)) as work:
        assert editions.since(work, editions.get(work, 1)) == []
    report_a_cleanup(platform)
    with platform.reading(GROUP, now=at(DAY)) as work:
        assert (KEY, "0.0%（0/9）", "11.1%（1/9）") in [
            (c.figure.key, c.before, c.after) for c in editions.since(work, editions.get(work, 1))
        ]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE edition SET figures = replace(figures, '0/9', '9/9') WHERE number = 1", "第1期的内容与出刊时不一致"),
        ("UPDATE edition SET as_of = '2024-11-19' WHERE number = 2", "第2期的内容与出刊时不一致"),
        (
            "UPDATE edition SET document = replace(document, '专项', '专门') WHERE number = 3",
            "第3期的内容与出刊时不一致",
        ),
        ("DELETE FROM edition WHERE number = 2", "缺少第2期"),
    ],
)
def test_a_changed_or_missing_row_is_found(statement: str, told: str, platform: Platform) -> None:
    for _ in range(3):
        issue(platform)
    with platform.db.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1
    with platform.reading(GROUP) as work:
        assert list(editions.verify(work)) == [told]


def test_whoever_rewrites_a_row_with_its_digest_breaks_the_chain(platform: Platform) -> None:
    issue(platform)
    issue(platform)
    with platform.work(SYSTEM_ACTOR) as work:
        row = editions.get(work, 1)
        row.figures = row.figures.replace("0/9", "9/9")
        row.digest = editions.digest_of(row)
    with platform.reading(GROUP) as work:
        assert list(editions.verify(work)) == ["第2期与前一期不衔接"]


def test_only_the_group_issues_and_only_days_that_have_begun(platform: Platform) -> None:
    with platform.work(now=at(DAY)) as work, pytest.raises(Invalid):
        editions.issue(work, date(2025, 1, 1))
    office = Actor(login="office", label="城管办", role="department", department_id=1)
    with pytest.raises(Forbidden), platform.work(office, now=at(DAY)) as work:
        editions.issue(work, DAY)


def test_the_command_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path))
    run = CliRunner()
    assert run.invoke(cli.main, ["init", "--campaign", str(cli.MEILING)]).exit_code == 0
    told = run.invoke(cli.main, ["editions", "issue"])
    assert told.exit_code == 0 and "已出刊：第1期" in told.output, told.output
    told = run.invoke(cli.main, ["editions", "verify"])
    assert (told.exit_code, told.output) == (0, "✓ 1 期，均与出刊时一致\n")
    assert "第1期" in run.invoke(cli.main, ["editions", "list"]).output


def test_the_pages_issue_show_correct_and_compare(client: Client) -> None:
    group = client("group")
    token = hidden(group.get("/report/editions").text, "csrf_token")
    answer = group.post("/report/editions", data={"csrf_token": token, "as_of": "2024-11-20"})
    assert answer.status_code == 302
    assert "已出刊：第 1 期" in group.get("/report/editions").text
    report_a_cleanup(group.platform)
    page = group.get("/report/editions/1").text
    assert "出刊后有" in page and "11.1%（1/9）" in page
    refused = group.post("/report/editions", data={"csrf_token": token, "as_of": "2024-11-20", "corrects": "1"})
    assert refused.status_code == 422 and "请写明更正原因" in refused.text
    group.post("/report/editions", data={"csrf_token": token, "as_of": "2024-11-20", "corrects": "1", "reason": "补报"})
    assert "本期已由第 2 期更正" in group.get("/report/editions/1").text
    compared = group.get("/report/editions/compare?before=1&after=2").text
    assert "0.0%（0/9）" in compared and "11.1%（1/9）" in compared
    paper = docx.Document(io.BytesIO(group.get("/report/editions/1?format=docx").data))
    printed = "\n".join(cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    assert "0.0%（0/9）" in printed, "as it was issued, not as it is known today"
    wrong = group.post("/report/editions", data={"csrf_token": token, "as_of": "昨天"})
    assert wrong.status_code == 422 and "日期看不懂" in wrong.text
    community = client("a")
    assert "出刊后不能撤回" in group.get("/report/editions").text, "asked once more"
    assert 'name="as_of"' not in community.get("/report/editions").text

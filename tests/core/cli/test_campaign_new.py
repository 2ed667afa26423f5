"""``actions campaign new`` and ``check``: what only people know is marked and told with file and line; filled in, it loads."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core import cli
from core.base.declared import Base
from core.estate.units import Area, Community
from core.services.campaign import campaigns
from core.services.permission.access import SYSTEM_ACTOR
from core.services.store.db import Database
from core.services.work import Work
from core.testing import at, small_platform

MEILING = cli.MEILING
WORDS = ("--title", "湖头街道小区专项行动", "--street", "湖头街道", "--county", "安溪县", "--starts", "2025-03-01")
FILL = {"名称，一个社区": "湖中社区", "部门名称": "城管办", "departments.csv": "城管办", "日期，如 2025": "2025-03-31"}


def said(*words: str) -> Result:
    return CliRunner().invoke(cli.main, ["campaign", *words])


def new(folder: Path, *more: str) -> Path:
    result = said("new", str(folder), *WORDS, *more)
    assert result.exit_code == 0, result.output
    return folder


def filled(folder: Path) -> Path:
    """Every blank answered: a day is a day, a name the same everywhere."""
    for file in folder.iterdir():
        text = file.read_text("utf-8")
        text = re.sub(r'"【填：[^】]*日期[^】]*】"', "2025-03-31", text)
        for asked, word in FILL.items():
            text = re.sub(rf"【填：[^】]*{asked}[^】]*】", word, text)
        file.write_text(re.sub(r"(?m)^(?!#)(.*)【填：[^】]*】", r"\1某", text), "utf-8")
    return folder


def test_every_blank_is_told_once_with_its_file_and_line(tmp_path: Path) -> None:
    folder = new(tmp_path / "hutou-2025")
    result = said("check", str(folder))
    assert result.exit_code == 1
    told = re.findall(r"✗ ([\w.]+):(\d+) 还没有填", result.output)
    blank = [
        (file.name, str(number))
        for file in sorted(folder.iterdir())
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if "【填：" in line and not line.startswith("#")
    ]
    assert sorted(told) == sorted(blank) and len(blank) > 10
    assert f"{len(blank)} 处要改" in result.output, "nothing else is wrong with it"


@pytest.mark.parametrize("more", [(), ("--like", str(MEILING))], ids=["another notice", "another street"])
def test_filled_in_it_loads(tmp_path: Path, more: tuple[str, ...]) -> None:
    folder = filled(new(tmp_path / "hutou-2025", *more))
    result = said("check", str(folder))
    assert result.exit_code == 0, result.output
    assert "complexes.csv:1 还没有小区" in result.output and "社区1" in result.output
    found = small_platform(tmp_path)
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    Base.metadata.create_all(fresh.engine)
    with fresh.writing() as session:
        work = Work(session, found.catalog, SYSTEM_ACTOR, at(date(2025, 3, 3)), "campaign")
        campaigns.load(work, folder)
        assert work.campaign.key == "hutou-2025" and work.campaign.starts_on == date(2025, 3, 1)
        assert {a.name for a in session.query(Area)} == {"安溪县", "湖头街道"}
        assert [c.name for c in session.query(Community)] == ["湖中社区"]
    fresh.close()
    found.db.close()


def test_another_street_takes_the_targets_and_nothing_of_the_first_street_s_own(tmp_path: Path) -> None:
    folder = new(tmp_path / "hutou-2025", "--like", str(MEILING))
    assert '[indicator."environment.serviced"]' in (folder / "targets.toml").read_text("utf-8")
    said_in_it = [line for f in folder.iterdir() for line in f.read_text("utf-8").splitlines() if line[:1] != "#"]
    assert [line for line in said_in_it if "梅岭" in line or "晋江" in line] == []


def test_what_is_missing_is_told_though_it_would_load(tmp_path: Path) -> None:
    folder = tmp_path / "meiling"
    shutil.copytree(MEILING, folder)
    targets, duties = folder / "targets.toml", folder / "responsibilities.csv"
    targets.write_text(
        targets.read_text("utf-8")
        .replace('"environment.serviced"', '"environment.service"')
        .replace("due = 2024-11-15", "due = 2024-10-15", 1),
        "utf-8",
    )
    lines = duties.read_text("utf-8").splitlines(keepends=True)
    duties.write_text("".join(x for x in lines if "牵头部门" not in x or "小区环境提升" not in x), "utf-8")
    output = said("check", str(folder)).output
    number = next(n for n, x in enumerate(targets.read_text("utf-8").splitlines(), 1) if "environment.service" in x)
    assert f"targets.toml:{number} 没有名为“environment.service”的指标或时限；相近的：environment.serviced" in output
    assert "“小区环境提升专项行动”还没有牵头部门" in output
    assert "的日期 2024-10-15 早于方案的起始日" in output


def test_a_deadline_without_its_day_is_told(tmp_path: Path) -> None:
    output = said("check", str(filled(new(tmp_path / "hutou-2025")))).output
    assert re.search(
        r'targets\.toml:\d+ “首次集中大扫除”没有期限.*\[deadline\."environment\.first_cleanup"\]', output
    ), output


def test_a_department_a_duty_is_for_and_a_start_in_the_past_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "meiling"
    shutil.copytree(MEILING, folder)
    offices = folder / "departments.csv"
    known = offices.read_text("utf-8")
    assert "没有名称或别名是" not in said("check", str(folder)).output
    offices.write_text(known.replace("执法中队", "另一中队"), "utf-8")
    for file in ("responsibilities.csv",):
        (folder / file).write_text((folder / file).read_text("utf-8").replace("执法中队", "另一中队"), "utf-8")
    output = said("check", str(folder)).output
    assert re.search(r"departments\.csv:1 没有名称或别名是“执法中队”的部门，“[^”]+”不会派给它", output), output
    assert re.search(r"campaign\.toml:\d+ 起始日 2024-11-08 已过：装入时最多有 [1-9]\d* 件事项立即逾期", output)
    notice = folder / "campaign.toml"
    notice.write_text(notice.read_text("utf-8").replace("starts_on = 2024-11-08", "starts_on = 2099-01-01"), "utf-8")
    assert "已过：装入时" not in said("check", str(folder)).output


def test_an_action_the_coordination_group_leads_has_its_row_as_a_note(tmp_path: Path) -> None:
    text = (new(tmp_path / "hutou-2025") / "responsibilities.csv").read_text("utf-8")
    assert re.search(r"(?m)^# [^,]+由综合协调组牵头；.*\n# 牵头部门,名称,[^,]+,2025-03-01,$", text), text


def test_nothing_is_written_over_and_a_name_is_checked(tmp_path: Path) -> None:
    folder = new(tmp_path / "hutou-2025")
    before = (folder / "campaign.toml").read_bytes()
    assert "已存在" in said("new", str(folder), *WORDS).output
    assert (folder / "campaign.toml").read_bytes() == before
    assert "小写字母" in said("new", str(tmp_path / "湖头"), *WORDS).output

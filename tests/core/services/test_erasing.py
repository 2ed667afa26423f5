"""Personal values go when their time is up, or when the person asks; the record, its figures and the journal stay."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core import cli
from core.base.errors import Invalid
from core.base.retention import CLEARED, DEFAULT
from core.estate.campaign import SettingValue
from core.services.permission.access import SYSTEM_ACTOR
from core.services.personal import erasing
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.services.writing import records
from core.testing import at
from tests.core.web.canaries import COMPLAINT, GUARD, PEOPLE, leaked, raws

LINK, DAY = "security_guards.police_link", date(2024, 11, 20)
ONE, OTHER = PEOPLE[5], PEOPLE[6]


def linked(platform: Platform, *, checked: bool) -> int:
    """A police officer linked with a complex, checked or still waiting."""
    values = {"complex_id": 1 + checked, "since": "2024-11-11", "officer": ONE.name, "phone": ONE.phone}
    with platform.work(now=at(DAY)) as work:
        number = records.save(work, LINK, values).record.id
    if checked:
        with platform.work(now=at(DAY)) as work:
            records.move(work, LINK, number, "check")
    return number


def values(platform: Platform, key: str, number: int) -> dict[str, object]:
    with platform.reading() as work:
        return records.get(work, key, number).values()


def nightly(platform: Platform, day: date) -> str | None:
    return job_runs.run_now(platform, "core.retention", at(day, 2)).result


def test_overdue_values_are_gone_the_next_night_and_only_they(platform: Platform) -> None:
    closed, waiting = linked(platform, checked=True), linked(platform, checked=False)
    assert "已清除 0 条" in str(nightly(platform, DAY + timedelta(days=DEFAULT - 1)))
    assert values(platform, LINK, closed)["phone"] == ONE.phone
    late = DAY + timedelta(days=DEFAULT + 1)
    assert "已清除 1 条" in str(nightly(platform, late))
    assert (values(platform, LINK, closed)["officer"], values(platform, LINK, closed)["phone"]) == (CLEARED, None)
    assert values(platform, LINK, waiting)["phone"] == ONE.phone, "it waits for somebody"
    assert "已清除 0 条" in str(nightly(platform, late + timedelta(days=1))), "once"
    with platform.reading() as work:
        told = work.session.execute(text("SELECT subject_id, changes FROM journal WHERE verb = 'expire'")).all()
        assert [held.row.id for held in erasing.held_by(work, ONE.phone)] == [waiting]
    assert [(row[0], json.loads(row[1])["fields"]) for row in told] == [(closed, [None, "片警、联系电话"])]


def test_the_lead_sets_how_long(platform: Platform) -> None:
    closed = linked(platform, checked=True)
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        work.session.add(SettingValue(key="security_guards.personal_days", since=DAY, value=30))
        work.campaign.revision += 1
        work.forget()
    assert "已清除 1 条" in str(nightly(platform, DAY + timedelta(days=31)))
    assert leaked(str(values(platform, LINK, closed))) == []


def planted(platform: Platform) -> None:
    with platform.work(now=at(DAY)) as work:
        for place, person in enumerate((ONE, OTHER, ONE)):
            for key, raw in raws(place, person).items():
                records.save(work, key, raw | {"complex_id": f"示例小区{2 * place + 2:02d}"}, reason="确属实情")


def test_a_person_gets_a_copy_of_all_that_is_held_and_it_is_journalled(platform: Platform) -> None:
    planted(platform)
    with platform.work(settle=False) as work:
        told = erasing.copy(work, ONE.number) + erasing.copy(work, ONE.phone)
    assert len(told) == 4 and set(leaked(json.dumps(told, ensure_ascii=False))) == set(ONE.marks)
    with platform.reading() as work:
        assert work.session.scalar(text("SELECT count(*) FROM journal WHERE verb = 'copy'")) == 4


def test_erased_nobody_finds_it_any_more_and_the_record_still_counts(platform: Platform, tmp_path: Path) -> None:
    planted(platform)
    with platform.work() as work:
        cleared = erasing.erase(work, ONE.number, f"本人 {ONE.phone} 申请", tmp_path)
        cleared += erasing.erase(work, ONE.phone, "本人申请", tmp_path)
    assert len(cleared) == 4
    with platform.reading() as work:
        rows = [records.get(work, key, n).values() for key in (GUARD, COMPLAINT) for n in (1, 2, 3)]
        assert set(leaked(str(rows))) == set(OTHER.marks)
        assert erasing.held_by(work, ONE.number) == [] == erasing.held_by(work, ONE.phone)
        told = work.session.execute(text("SELECT changes FROM journal WHERE verb = 'erase'")).scalars().all()
    assert len(told) == 4 and leaked("".join(told)) == []
    noted = (tmp_path / erasing.LATER).read_text()
    assert len(noted.splitlines()) == 4 and leaked(noted) == []


def test_after_a_restore_of_an_older_backup_it_is_erased_again(platform: Platform, tmp_path: Path) -> None:
    planted(platform)
    backup = tmp_path / "backup.db"
    platform.db.copy_to(backup)
    with platform.work() as work:
        erasing.erase(work, ONE.phone, "本人申请", tmp_path)
    platform.db.engine.dispose()
    for file in tmp_path.glob("test.db*"):
        file.unlink()
    backup.rename(tmp_path / "test.db")
    with platform.work() as work:
        assert len(erasing.held_by(work, ONE.phone)) == 2
        assert erasing.erase_again(work, tmp_path) == 2
    with platform.work() as work:
        assert erasing.held_by(work, ONE.phone) == [] and erasing.erase_again(work, tmp_path) == 0


def test_part_of_a_number_or_no_reason_is_refused(platform: Platform, tmp_path: Path) -> None:
    with platform.work() as work:
        with pytest.raises(Invalid):
            erasing.erase(work, ONE.phone[:6], "本人申请", tmp_path)
        with pytest.raises(Invalid):
            erasing.erase(work, ONE.phone, " ", tmp_path)


def test_the_commands_never_print_the_number(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(platform)
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", platform.config.database_url)
    monkeypatch.setenv("ACTIONS_SECRET_KEY", platform.config.secret_key.decode())
    out = tmp_path / "copy.json"
    told = CliRunner().invoke(cli.main, ["person", "copy", "--out", str(out)], input=f"{ONE.phone}\n")
    assert told.exit_code == 0 and leaked(told.output) == [] and "2 条记录" in told.output
    assert ONE.phone in out.read_text() and out.stat().st_mode & 0o077 == 0
    told = CliRunner().invoke(cli.main, ["person", "erase", "--reason", "本人申请"], input=f"{ONE.phone}\n")
    assert told.exit_code == 0 and leaked(told.output) == [] and "已清除 2 条" in told.output
    assert CliRunner().invoke(cli.main, ["person", "erase-again"]).exit_code == 0

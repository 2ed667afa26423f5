"""The nightly backup: made once, tried, the oldest let go; who must know is told when it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.jobs import tick as clock
from core.services.backups import backup_verify, backups_kept
from core.services.messaging.messages import Message
from core.services.operations import faults
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.services.scheduled.job_runs import DONE, FAILED, JobRun
from core.testing import at, entered, small_platform

NIGHT = date(2024, 11, 20)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Platform]:
    """A platform that is not strict: what goes wrong is kept, as in real life."""
    found = small_platform(tmp_path, strict=False)
    yield Platform(replace(found.config, backups=tmp_path / "backups", keep_backups=3), found.db, found.catalog)
    found.db.close()


def night(platform: Platform, day: date) -> JobRun | None:
    job = job_runs.all_jobs(platform.catalog)[backups_kept.JOB]
    return job_runs.run_at(platform, job, at(day, 2, 30), now=at(day, 2, 31))


def files(platform: Platform) -> list[str]:
    assert platform.config.backups is not None
    return sorted(p.name for p in platform.config.backups.iterdir() if p.name != ".lock")


def told(platform: Platform, day: date) -> list[str]:
    job = job_runs.all_jobs(platform.catalog)["core.backups_watched"]
    job_runs.run_at(platform, job, at(day, 8, 30), now=at(day, 8, 30))
    with platform.reading() as work:
        mine = select(Message.login).where(Message.kind == "backup", Message.key.like(f"backup/{day}/%"))
        return list(work.session.scalars(mine))


def test_each_night_leaves_one_that_restores_and_the_oldest_goes(kept: Platform) -> None:
    assert kept.config.backups is not None
    kept.config.backups.mkdir()
    (kept.config.backups / "letter.zip").write_bytes(b"not ours")
    for day in range(5):
        done = night(kept, NIGHT + timedelta(days=day))
        assert done is not None and done.state == DONE and "已试恢复" in (done.result or "")
    names = [f"actions-202411{day}-023000.zip" for day in (22, 23, 24)]
    assert files(kept) == [*names, "letter.zip"]
    backup_verify.verify(kept.config, kept.catalog, kept.config.backups / names[-1])
    assert told(kept, NIGHT + timedelta(days=4)) == []


def test_one_night_has_one_backup_however_many_processes_try(kept: Platform) -> None:
    assert night(kept, NIGHT) is not None
    first = files(kept)
    assert night(kept, NIGHT) is None and files(kept) == first


def test_while_another_process_makes_it_nothing_is_claimed(kept: Platform) -> None:
    assert kept.config.backups is not None
    kept.config.backups.mkdir()
    with backups_kept._alone(kept.config.backups):
        assert night(kept, NIGHT) is None
    assert night(kept, NIGHT) is not None, "it was left for the next tick"


def test_what_a_killed_process_left_is_cleared_away(kept: Platform) -> None:
    assert kept.config.backups is not None
    (kept.config.backups / ".making" / ".backup-x").mkdir(parents=True)
    (kept.config.backups / ".making" / ".backup-x" / "store").write_bytes(b"half")
    night(kept, NIGHT)
    assert files(kept) == ["actions-20241120-023000.zip"]


def test_a_failure_is_kept_told_and_mended(kept: Platform) -> None:
    night(kept, NIGHT)
    assert kept.config.backups is not None
    good = files(kept)
    broken = Platform(replace(kept.config, backups=Path("/proc/nowhere")), kept.db, kept.catalog)
    done = night(broken, NIGHT + timedelta(days=1))
    assert done is not None and done.state == FAILED and done.again_at is not None
    with kept.reading() as work:
        assert f"job:{backups_kept.JOB}" in faults.standing(work.session)
    assert told(kept, NIGHT + timedelta(days=1)) == ["admin"]
    assert files(kept) == good, "the good one of the day before stays"
    job = job_runs.all_jobs(kept.catalog)[backups_kept.JOB]
    again = job_runs.run_at(kept, job, at(NIGHT + timedelta(days=1), 2, 30), now=at(NIGHT + timedelta(days=1), 3))
    assert again is not None and again.state == DONE
    with kept.reading() as work:
        assert f"job:{backups_kept.JOB}" not in faults.standing(work.session)


def test_two_days_without_one_are_told(kept: Platform) -> None:
    night(kept, NIGHT)
    assert told(kept, NIGHT + timedelta(days=1)) == []
    assert told(kept, NIGHT + timedelta(days=3)) == ["admin"]


def test_one_that_does_not_restore_is_no_backup(kept: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store loses a table's rows between the digest and the copy: only a trial restore can see that."""
    real = backups_kept.backup.write

    def spoiled(platform: Platform, file: Path) -> object:
        done = real(platform, file)
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] + b"\0" * 64 + content[len(content) // 2 + 64 :])
        return done

    monkeypatch.setattr(backups_kept.backup, "write", spoiled)
    done = night(kept, NIGHT)
    assert done is not None and done.state == FAILED and files(kept) == []


def test_the_clock_makes_it_and_nobody_waits_for_the_store_meanwhile(
    kept: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, wrote = backups_kept.backup.write, list[bool]()

    def write(platform: Platform, file: Path) -> object:
        with platform.work(SYSTEM_ACTOR) as work:  # would wait ten seconds and fail if the run held the lock
            wrote.append(work.today is not None)
        return real(platform, file)

    monkeypatch.setattr(backups_kept.backup, "write", write)
    runs = clock.tick(kept, at(NIGHT, 2, 31))
    assert [r.state for r in runs if r.job == backups_kept.JOB] == [DONE] and wrote == [True]


def test_the_status_page_says_how_old_the_newest_is(kept: Platform) -> None:
    from core.app import create_app  # noqa: PLC0415 - only this test needs Flask
    from core.services.identity import accounts  # noqa: PLC0415

    browser = create_app(platform=kept).test_client()
    with kept.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "admin")
    entered(browser, link)
    assert "还没有一份可用的备份" in browser.get("/status").text
    job_runs.run_now(kept, backups_kept.JOB)
    assert "已试恢复" in browser.get("/status").text

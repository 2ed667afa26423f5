"""A large sheet by pieces: progress is seen, it can be stopped and gone on with, and after kill -9 every row is in once."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from core.base.window import TZ
from core.services import sheets
from core.services.platform import Platform
from core.services.sheets import stepwise
from core.services.sheets.kept import SheetUpload
from core.testing import small_platform
from plugins.environment.records import Cleanup
from tests.core.services.test_sheets_roundtrip import KEY, NOW, csv_of, planned
from tests.core.web.test_web_records import hidden

ROWS = 10_000
CHILD = """
import sys
from core.config import Config
from core.kernel import plugins
from core.base import keys
from core.services import sheets
from core.services.store.db import Database
from core.services.platform import Platform
from core.services.sheets import stepwise
from core.services.sheets.kept import SheetUpload
from core.testing import at
from datetime import date
from pathlib import Path

url, folder = sys.argv[1:]
keys.use(b"only for these tests")
config = Config(data=Path(folder), database_url=url, secret_key=b"only for these tests", strict=True)
platform = Platform(config, Database(url), plugins.load(strict=True))
while True:
    with platform.work(now=at(date(2024, 11, 20)), source="sheet") as work:
        kept = work.session.get_one(SheetUpload, "token")
        plan = sheets.Plan.from_json(kept.plan)
        now = stepwise.step(work, platform.catalog.records[kept.key], kept, plan, 500)
    print(now.at, flush=True)
    if now.done:
        break
"""


def csv(rows: int) -> bytes:
    lines = [f"示例小区{i % 10 + 1:02d},2024-11-{9 + i % 10:02d},出入口、地下室,5,demo,第{i}次" for i in range(rows)]
    return csv_of("小区,清扫日期,重点部位,参加人数,清扫前后照片,备注", *lines)


def laid(platform: Platform, rows: int) -> sheets.Plan:
    """An upload of so many rows, begun and not yet applied."""
    plan = planned(platform, csv(rows), "a.csv")
    assert plan.counts["new"] == rows, plan.problems or plan.rows[0].flaws
    with platform.work(now=NOW) as work:
        kept = SheetUpload(token="token", key=KEY, login="system", created_at=datetime.now(TZ), plan=plan.to_json())
        work.session.add(kept)
        stepwise.begin(kept, plan, {r.number for r in plan.rows})
    return plan


def stored(platform: Platform) -> tuple[int, int]:
    """Rows, and how many different ones."""
    with platform.reading() as work:
        rows = select(func.count(), func.count(func.distinct(Cleanup.note))).select_from(Cleanup)
        many, different = work.session.execute(rows).one()
        return many, different


def test_after_kill_9_every_row_is_in_once(tmp_path: Path) -> None:
    platform = small_platform(tmp_path)
    laid(platform, ROWS)
    command = [sys.executable, "-c", CHILD, platform.config.database_url, str(tmp_path)]
    seen: list[int] = []
    for killed_after in (2, 3, 0):  # the third is let through
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(killed_after):
            seen.append(int(child.stdout.readline()))
        if killed_after:
            child.send_signal(signal.SIGKILL)  # somewhere within the next piece
            child.wait()
            rows, different = stored(platform)
            assert rows == different and rows % 500 == 0 and seen[-1] <= rows < ROWS
        else:
            rest, _ = child.communicate(timeout=100)
            assert child.returncode == 0 and int(rest.split()[-1]) == ROWS
        child.stdout.close()
    assert seen == sorted(set(seen)), "it goes on where it ended"
    assert stored(platform) == (ROWS, ROWS)
    with platform.reading() as work:
        kept = work.session.get_one(SheetUpload, "token")
        assert kept.result is not None and f'"created": {ROWS}' in kept.result
    platform.db.close()


def test_stopped_it_keeps_what_is_in_and_goes_on(platform: Platform) -> None:
    plan = laid(platform, 30)
    model = platform.catalog.records[KEY]

    def step(stopped: bool = False) -> stepwise.Progress:
        with platform.work(now=NOW, source="sheet") as work:
            kept = work.session.get_one(SheetUpload, "token")
            stepwise.stop(kept, stopped=stopped)
            return stepwise.step(work, model, kept, plan, 10)

    assert (step().at, step(stopped=True).at) == (10, 10)
    assert stored(platform) == (10, 10)
    assert (step().at, step().done) == (20, True)
    assert step().at == 30 and stored(platform) == (30, 30)


def test_the_page_offers_pieces_for_a_large_sheet_and_shows_how_far_it_is(client: Callable[[str], Any]) -> None:
    officer = client("office")
    token = hidden(officer.get(f"/r/{KEY}/sheet").text, "csrf_token")
    rows = stepwise.LARGE + 1
    sent = {"csrf_token": token, "file": (io.BytesIO(csv(rows)), "a.csv")}
    at = officer.post(f"/sheet/{KEY}/upload", data=sent).headers["Location"]
    assert f"分批导入 {rows} 行" in officer.get(at).text
    answer = officer.post(f"{at}/apply", data={"csrf_token": token, "stepwise": "1"})
    assert answer.headers["Location"] == f"{at}/run" and f"已处理 0 / {rows} 行" in officer.get(f"{at}/run").text
    officer.post(f"{at}/run", data={"csrf_token": token})
    page = officer.get(f"{at}/run").text
    assert re.search(rf"已处理 {stepwise.PIECE} / {rows} 行", page) and "data-go-on" in page
    officer.post(f"{at}/run", data={"csrf_token": token, "stop": "1"})
    page = officer.get(f"{at}/run").text
    assert "已停止" in page and "data-go-on" not in page and "继续导入" in officer.get(at).text
    for _ in range(2):
        officer.post(f"{at}/run", data={"csrf_token": token})
    assert f"已导入：新增 {rows} 条" in officer.get(at).text
    assert client("a").get(f"{at}/run").status_code == 404, "another's upload"

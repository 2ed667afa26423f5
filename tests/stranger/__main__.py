"""What the third user of this product does: installs the wheel, begins a plugin, tests it, opens its pages, reports a record and
sees its section. A script, not a test module: it needs pip and a network or a folder of wheels. ``make test-outside`` runs it."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.stranger.browsing import Browser, Server

ROOT = Path(__file__).resolve().parents[2]
UNTIL = "2024-12-03"  # the month has begun and nobody has reported for it yet


class Machine:
    """A folder with an environment of its own in which only the wheel is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "venv" / "bin"
        venv.create(folder / "venv", with_pip=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("ACTIONS_", "PYTHONPATH", "VIRTUAL_ENV"))}
        self.env |= {"ACTIONS_DATA": str(folder / "data"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *command: str, where: Path | None = None, fails: bool = False) -> str:
        """Run one command of the environment; what it says. Its whole output is shown if it fails where it should not."""
        print("$", " ".join(command), flush=True)
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=where or self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if bool(done.returncode) is not fails:
            raise SystemExit(f"{done.stdout}\n✗ {' '.join(command)} failed ({done.returncode})")
        return done.stdout

    def pip(self, *what: str) -> None:
        quiet = ("-q", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"))
        self.run("python", "-m", "pip", "install", *quiet, *what)


@dataclass(frozen=True)
class People:
    """Who is signed in: a community, the coordination group, the department that assesses property services."""

    community: Browser
    group: Browser
    assessor: Browser


def wheel(folder: Path) -> Path:
    """The wheel, built from what is committed or about to be, without leaving anything in the repository."""
    copy = folder / "source"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".venv", ".git", "var", "build", "screenshots", "*.egg-info", ".*cache*"),
    )
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--disable-pip-version-check",
        "--no-deps",
        "-w",
        str(folder),
        str(copy),
    ]
    subprocess.run(command, check=True)
    shutil.rmtree(copy)
    (built,) = folder.glob("special_actions-*.whl")
    return built


def begun(machine: Machine) -> Path:
    """A package of one's own, before a line of it is written."""
    words = (
        "--label",
        "电梯安全提升专项行动",
        "--english",
        "Lift safety",
        "--goal",
        "每月检查电梯。",
        "--clause",
        "一",
    )
    machine.run("actions", "plugin", "new", "lift_safety", *words)
    return machine.folder / "lift_safety"


def examples(machine: Machine) -> list[Path]:
    """The packages under docs/examples, copied out of the repository."""
    found = sorted((ROOT / "docs" / "examples").iterdir())
    return [Path(shutil.copytree(one, machine.folder / one.name)) for one in found]


def tried(machine: Machine, package: Path) -> None:
    """Installed, tested, examined."""
    machine.pip(f"{package}[test]")
    print(machine.run("python", "-m", "pytest", "-q", where=package).strip().splitlines()[-1])
    told = machine.run("actions", "doctor", "--plugin", package.name)
    line = next(line for line in told.splitlines() if package.name in line)
    print(line.strip())
    assert line.endswith("金"), told


def seen(people: People, slug: str, record: str, duty: str, typed: dict[str, str]) -> str:
    """A page opened, a record reported, the duty it settles gone, the section in the combined report. The complex it is of."""
    assert duty in people.community.get(f"/a/{slug}/"), "the workspace does not show the duty"
    before = owed(people.group, f"{slug}.monthly")
    names = dict(re.findall(r'<option value="(#\d+)"[^>]*>(示例小区\d+)', people.community.get(f"/r/{record}/new")))
    number = next(key for key, name in names.items() if name in before)
    saved = people.community.post(f"/r/{record}/new", {"complex_id": number, **typed})
    assert re.search(rf"/r/{record}/\d+", people.community.address), saved[:3000]
    assert names[number] not in owed(people.group, f"{slug}.monthly"), "the duty is not settled by the record"
    report = people.group.get("/report")
    assert f'id="{slug}"' in report and duty in report, "no section in the combined report"
    print("✓", slug, "opened, reported, settled, in the report")
    return number


def owed(browser: Browser, key: str) -> str:
    """The page of a rule's open duties."""
    return browser.get(f"/d/{key}?status=upcoming")


def cooperates(people: People, number: str) -> None:
    """What was found is owed to be cleared, on the to-do list and in the calendar, and speaks in the monthly assessment."""
    assert "飞线充电清除" in people.community.get("/"), "the clock is not on the to-do list"
    told = people.community.post("/inbox/calendar", {}, page="/inbox")
    address = re.search(r"/calendar/[\w-]+\.ics", told)
    assert address is not None, told[:3000]
    assert "飞线充电清除" in unfolded(people.community.get(address[0])), "the clock is not in the calendar"
    saved = people.assessor.post("/r/market_order.assessment/new", {"complex_id": number})
    assert re.search(r"/r/market_order\.assessment/\d+", people.assessor.address), saved[:3000]
    assert "飞线充电未清除：3号楼" in saved, "no evidence in the monthly assessment"
    print("✓ charging_safety on the to-do list, in the calendar, in the monthly assessment")


def another_street(machine: Machine) -> None:
    """A campaign of one's own is begun, and what is to be filled in is told with file and line."""
    told = ("--title", "湖头街道小区专项行动", "--street", "湖头街道", "--starts", "2025-03-01")
    machine.run("actions", "campaign", "new", "hutou-2025", *told)
    done = machine.run("actions", "campaign", "check", "hutou-2025", fails=True)
    assert "campaign.toml:5 还没有填：文号" in done, done


def unfolded(calendar: str) -> str:
    """Lines of a calendar are folded at 75 octets (RFC 5545, 3.1)."""
    return calendar.replace("\r\n ", "")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.stranger", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="stranger-"))
    try:
        machine = Machine(folder)
        machine.pip(str(wheel(folder)))
        packages = [begun(machine), *examples(machine)]
        for package in packages:
            tried(machine, package)
        machine.run("actions", "init", "--demo", "--complexes", "24", "--until", UNTIL)
        with Server(machine.bin / "actions", machine.env) as server:
            people = People(*(server.signed_in(label) for label in ("社区", "综合协调组", "牵头部门（城管办")))
            seen(people, "lift_safety", "lift_safety.inspection", "每月检查", {"looked": "8", "good": "8"})
            found = {"found": "2", "place": "3号楼"}
            number = seen(people, "charging_safety", "charging_safety.check", "每月飞线充电排查", found)
            cooperates(people, number)
        assert "飞线充电" in machine.run("actions", "burden")
        another_street(machine)
        print("✓ a stranger's machine")
    finally:
        if asked.keep:
            print(folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

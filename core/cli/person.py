"""Commands for what a person may ask for: a copy of what is held about them, and that it be erased."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from core.cli.opening import main, opened, said

NUMBER = click.option("--number", prompt="证件号或电话", hide_input=True, help="不给则从终端输入，不留在命令历史里")


@main.group()
def person() -> None:
    """What is held about a person, by their whole ID number or phone (PIPL arts. 44-50)."""


@person.command()
@NUMBER
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写入的 .json 文件")
def copy(number: str, out: Path) -> None:
    """Write everything held about the person to a file for them; every row is journalled."""
    from core.services.personal import erasing  # noqa: PLC0415

    with said(), opened() as found, found.work(source="command", settle=False) as work:
        told = erasing.copy(work, number)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
    click.echo(f"{len(told)} 条记录，已写入 {out}（仅本人可读，交付后请删除）")


@person.command()
@NUMBER
@click.option("--reason", required=True, help="依据，如 本人申请2024-11-20")
def erase(number: str, reason: str) -> None:
    """Clear the personal fields of every record that holds the number."""
    from core.services.personal import erasing  # noqa: PLC0415

    with said(), opened() as found, found.work(source="command") as work:
        cleared = erasing.erase(work, number, reason, found.config.data)
        for held in cleared:
            click.echo(f"{work.now:%Y-%m-%d} {held.label} #{held.row.id}")
    click.echo(
        f"已清除 {len(cleared)} 条记录的个人信息。旧备份中仍有：恢复后请运行 actions person erase-again，并按期删除旧备份"
    )


@person.command("erase-again")
def erase_again() -> None:
    """After a restore: clear again what was erased after that backup was made."""
    from core.services.personal import erasing  # noqa: PLC0415

    with opened() as found, found.work(source="command") as work:
        many = erasing.erase_again(work, found.config.data)
    click.echo(f"已重新清除 {many} 条记录的个人信息")

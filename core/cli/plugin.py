"""Commands for plugins: begin one that works before a line is written, its English, take one out, put it back."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path
from string import Template

import click

from core.cli.opening import main, opened, said
from core.kernel import plugins
from core.kernel.catalog import Catalog

TEMPLATES = Path(__file__).with_name("scaffold")
PLACES = {
    "pyproject.toml": "pyproject.toml",
    "ci.sh": "ci.sh",
    "test_plugin.py": "tests/test_{slug}.py",
    "migration.py": "{slug}/migrations/0001_initial_tables.py",
    "messages.po": "{slug}/translations/en/LC_MESSAGES/messages.po",
}  # every other file lies in the plugin's own folder
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


ASKED: dict[str, tuple[str, str | None]] = {
    "label": ("行动名称", None),
    "english": ("英文名称", None),
    "goal": ("工作目标（一句话，会显示在页面和报告里）", "【填：工作目标】"),
    "clause": ("依据（文件条款）", "【填：依据】"),
}  # the question, and what stands where it is not answered


@main.group()
def plugin() -> None:
    """Plugins: new, words, remove, restore."""


@plugin.command()
@click.argument("name")
@click.option("--label", help="行动的中文名称，如 垃圾分类提升专项行动")
@click.option("--english", help="英文名称，如 Waste sorting")
@click.option("--goal", help="工作目标，一句话，会显示在页面和报告里")
@click.option("--clause", help="依据的文件条款")
@click.option("--number", type=click.IntRange(1, 99), help="序号，默认接在已有行动之后")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="写在哪个目录下")
def new(
    name: str,
    label: str | None,
    english: str | None,
    goal: str | None,
    clause: str | None,
    number: int | None,
    folder: Path,
) -> None:
    """Write a complete package NAME: it installs, passes its tests and keeps the contract before a line is written. What is not
    given as an option is asked for; a goal or clause that is left out is marked as to be filled in."""
    known = plugins.load()
    refusal = _refusal(name, folder / name, set(known.plugins) | set(plugins.found())) or _taken(known, number)
    if refusal:
        raise click.UsageError(refusal)
    words = {
        "slug": name,
        "dashed": name.replace("_", "-"),
        **_asked(label=label, english=english, goal=goal, clause=clause),
        "number": str(number or _next(known)),
        "version": version("special-actions"),
    }
    for template in sorted(TEMPLATES.glob("*.tmpl")):
        wanted = template.name.removesuffix(".tmpl")
        file = folder / name / PLACES.get(wanted, "{slug}/" + wanted).format(slug=name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    (folder / name / "ci.sh").chmod(0o755)
    click.echo(f"已写入 {folder / name}。接着：")
    click.echo(f"  pip install -e '{folder / name}[test]'")
    click.echo(f"  pytest {folder / name}")
    click.echo(f"  actions doctor --plugin {name}")


@plugin.command()
@click.argument("name")
@click.option("--write", is_flag=True, help="在 messages.po 里为它们留好空位")
def words(name: str, write: bool) -> None:
    """List the words of plugin NAME that have no English yet; exit 1 if there are any. With --write they get a place in its
    messages.po, and what is no longer said goes out of it."""
    from core.checks import words as wording  # noqa: PLC0415 - only this command needs it

    known = plugins.load().plugins
    if name not in known:
        raise click.UsageError(f"没有名为“{name}”的可用插件，可选：{'、'.join(known)}")
    folder = Path(known[name].folder)
    missing = wording.untold(folder)
    for text in missing:
        click.echo(text)
    if write:
        click.echo(f"已写入 {wording.make_room(folder)}，在 msgstr 里填英文。")
    elif missing:
        raise SystemExit(1)


@plugin.command()
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="归档文件，.zip")
def remove(name: str, out: Path) -> None:
    """Move all records of plugin NAME into an open archive; then it can be uninstalled."""
    from core.services.backups import taken_out  # noqa: PLC0415 - only this command needs it

    with opened() as found, said():
        rows = taken_out.remove(found, name, out)
    click.echo(f"已写入 {out}：{len(rows)} 张表，{sum(rows.values())} 行；{name} 的表已从库中移除。")
    click.echo("接着卸载：pip uninstall 包名。以后装回来：actions plugin restore 归档文件")


@plugin.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the records of an archive FILE back into its plugin, which is installed again."""
    from core.services.backups import taken_out  # noqa: PLC0415 - only this command needs it

    with opened() as found, said():
        rows = taken_out.restore(found, file)
    click.echo(f"已恢复 {len(rows)} 张表，{sum(rows.values())} 行；指标账和应办账已重新计算。")


def _refusal(name: str, folder: Path, taken: set[str]) -> str:
    """Why the name can't be taken; "" if it can."""
    if not SLUG.fullmatch(name):
        return "插件名用小写字母、数字和下划线，以字母开头，如 waste_sorting"
    if name in taken or name in ("core", "plugins", "tests"):
        return f"已有名为“{name}”的插件，请换一个名字"
    if folder.exists() and any(folder.iterdir()):
        return f"目录 {folder} 已存在且不是空的，请换一个名字或目录"
    return ""


def _asked(**given: str | None) -> dict[str, str]:
    """What the options say, or the terminal; without either, what may wait is marked, and what may not is named."""
    terminal = sys.stdin.isatty()
    if not terminal and (missing := [f"--{name}" for name in ("label", "english") if not given[name]]):
        raise click.UsageError(f"没有终端可以提问，请写明 {'、'.join(missing)}（--goal、--clause、--number 可以不写）")
    out = {}
    for name, answer in given.items():
        question, default = ASKED[name]
        out[name] = _line(answer or (click.prompt(question, default=default) if terminal else default or ""))
    return out


def _next(known: Catalog) -> int:
    return max((p.action.number for p in known.plugins.values()), default=0) + 1


def _taken(known: Catalog, number: int | None) -> str:
    other = next((p.action for p in known.plugins.values() if p.action.number == number), None)
    return f"序号 {number} 已是“{other.label}”的，请另选一个，如 {_next(known)}" if other is not None else ""


def _line(text: str) -> str:
    """What may stand between double quotes in Python, TOML and a .po file."""
    return " ".join(text.split()).replace("\\", "").replace('"', "”")

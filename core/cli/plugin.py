"""Commands for plugins: begin one that works before a line is written, its English, take one out, put it back."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from string import Template

import click

from core.cli.opening import main, opened, said
from core.kernel import plugins

TEMPLATES = Path(__file__).with_name("scaffold")
PLACES = {
    "pyproject.toml": "pyproject.toml",
    "ci.sh": "ci.sh",
    "test_plugin.py": "tests/test_{slug}.py",
    "migration.py": "{slug}/migrations/0001_initial_tables.py",
    "messages.po": "{slug}/translations/en/LC_MESSAGES/messages.po",
}  # every other file lies in the plugin's own folder
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@main.group()
def plugin() -> None:
    """Plugins: new, words, remove, restore."""


@plugin.command()
@click.argument("name")
@click.option("--label", prompt="行动名称", help="行动的中文名称，如 垃圾分类提升专项行动")
@click.option("--english", prompt="英文名称", help="英文名称，如 Waste sorting")
@click.option("--goal", prompt="工作目标", default="每月每个小区至少检查一次。", help="一句话")
@click.option("--clause", prompt="依据（文件条款）", default="—")
@click.option("--number", type=click.IntRange(1, 99), help="序号，默认接在已有行动之后")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="写在哪个目录下")
def new(name: str, label: str, english: str, goal: str, clause: str, number: int | None, folder: Path) -> None:
    """Write a complete package NAME: it installs, passes its tests and keeps the contract before a line is written."""
    known = plugins.load()
    refusal = _refusal(name, folder / name, set(known.plugins) | set(plugins.found()))
    if refusal:
        raise click.UsageError(refusal)
    words = {
        "slug": name,
        "dashed": name.replace("_", "-"),
        "label": _line(label),
        "english": _line(english),
        "goal": _line(goal),
        "clause": _line(clause),
        "number": str(number or max((p.action.number for p in known.plugins.values()), default=0) + 1),
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
    """List the words of plugin NAME that have no English yet; exit 1 if there are any."""
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
    if missing:
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


def _line(text: str) -> str:
    """What may stand between double quotes in Python, TOML and a .po file."""
    return " ".join(text.split()).replace("\\", "").replace('"', "”")

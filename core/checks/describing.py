"""Rules about what a plugin says and where it says it: files, names, keys, labels, imports, schedule, README."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from core.base import closing, retention
from core.base.fields import Field
from core.base.kinds import PersonalKind
from core.base.window import TZ
from core.checks.rule import Subject
from core.jobs import due
from core.kernel import rules
from core.kernel.catalog import Declared

FIXED = ("records.py", "indicators.py", "deadlines.py", "report.py", "sample.py", "README.md", "migrations")
MORE = ("workflows", "reactions", "hooks", "documents", "jobs", "notices", "intakes", "views")
ALLOWED = {"__init__", "plugin", *(f.removesuffix(".py") for f in FIXED), *MORE}
FOREIGN = ("flask", "werkzeug", "jinja2", "apscheduler", "wtforms")
OPEN = "【填："  # what a scaffold leaves to be filled in
PERSONAL = ("姓名", "电话", "手机", "身份证", "联系方式", "住址", "家庭地址")


def describes(subject: Subject) -> Iterator[str]:
    """Import, hooks, keys, tables: the kernel has judged already; its word is repeated with the mend."""
    if subject.fault is not None:
        yield f"{subject.fault.stage}：{subject.fault.what}" + (
            f"（{subject.fault.mend}）" if subject.fault.mend else ""
        )
    elif subject.declared is not None:
        yield from (f"{p.what}（{p.mend}）" for p in rules.problems(subject.declared))


def begins(subject: Subject) -> Iterator[str]:
    for name in ("__init__.py", "plugin.py"):
        if not (_folder(subject) / name).is_file():
            yield f"缺少 {name}"


def files(subject: Subject) -> Iterator[str]:
    yield from (f"缺少 {name}" for name in FIXED if not (_folder(subject) / name).exists())


def names(subject: Subject) -> Iterator[str]:
    for file in sorted(_folder(subject).glob("*.py")):
        if file.stem not in ALLOWED and file.stem.partition("_")[0] not in ALLOWED:  # records_<topic>.py
            yield f"{file.name} 不在约定的文件名之内"


def readme(subject: Subject) -> Iterator[str]:
    """Every figure, duty, setting and job is defined where people look for it."""
    file = _folder(subject) / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    plugin = subject.plugin
    for key, label in _keyed(plugin):
        if f"`{key}`" not in text:
            yield f"README.md 没有写 `{key}`（{label}）"


def labels(subject: Subject) -> Iterator[str]:
    plugin = subject.plugin
    keyed = [*_keyed(plugin), *((s.key, s.label) for s in plugin.sections), (plugin.action.slug, plugin.action.label)]
    yield from (f"{key} 没有名称" for key, label in keyed if not label.strip())
    for record, field in _fields(subject):
        if not field.label.strip():
            yield f"{record}.{field.name} 没有名称"
    for indicator in plugin.indicators:
        if not (indicator.numerator and indicator.denominator) and indicator.shape.value in ("ratio", "reduction"):
            yield f"{indicator.key} 没有写分子或分母的口径"


def unfilled(plugin: Declared) -> Iterator[str]:
    """What the scaffold left to its author and pages and reports would show for good."""
    said = [("行动", plugin.action.slug, [plugin.action.goal, plugin.action.clause])]
    said += [("指标", one.key, [one.clause, one.numerator, one.denominator]) for one in plugin.indicators]
    said += [("时限", one.key, [one.clause, one.settles]) for one in plugin.deadlines]
    for what, key, words in said:
        yield from (f"{what} {key} 还写着“{word}”，会显示在页面和报告里" for word in words if OPEN in word)


def personal(subject: Subject) -> Iterator[str]:
    """Personal data are sealed at rest and masked on sight only if the field says so."""
    for record, field in _fields(subject):
        sealed = isinstance(field.kind, PersonalKind)
        if field.personal != sealed:
            yield f"{record}.{field.name}（{field.label}）：personal 与字段类型不一致"
        elif not sealed and any(word in field.label for word in PERSONAL):
            yield f"{record}.{field.name}（{field.label}）像是个人信息，却没有加密和脱敏"


def evidence(subject: Subject) -> Iterator[str]:
    """Every number opens the rows behind it (law 7): they must be records of the plugin itself."""
    plugin, known = subject.plugin, set(subject.plugin.records.values())
    for one in plugin.indicators:
        if not one.evidence and not one.needs:
            yield f"{one.key} 没有写依据哪些记录（evidence=）"
        yield from (f"{one.key} 的依据 {r.__name__} 没有申报" for r in one.evidence if r not in known)
    for duty in plugin.deadlines:
        if duty.answers is not None and duty.answers not in known:
            yield f"{duty.key} 要填的 {duty.answers.__name__} 没有申报"


def settings(subject: Subject) -> Iterator[str]:
    """A default must survive the form it is edited in and the table it is kept in."""
    for one in subject.plugin.settings:
        kept = one.kind.load(one.kind.dump(one.default))
        if kept != one.default:
            yield f"{one.key}：默认值 {one.default!r} 存取后变成 {kept!r}"
        with subject.benches.empty.reading() as work:
            typed = one.kind.read(one.kind.text(one.default), work.look)
        if typed != one.default:
            yield f"{one.key}：默认值 {one.default!r} 在表单里变成 {typed!r}"


def schedule(subject: Subject) -> Iterator[str]:
    """Cron numbers week days from Sunday, the scheduler from Monday: words leave no doubt."""
    start = datetime(2024, 1, 1, tzinfo=TZ)
    for job in subject.plugin.jobs:
        week_day = str(job.when.get("day_of_week", ""))
        if any(c.isdigit() for c in week_day):
            yield f"{job.key}：day_of_week={week_day!r} 请写英文星期（mon…sun）"
        if not list(islice(due.times(job, start, start + timedelta(days=366)), 1)):
            yield f"{job.key}：一年之内没有一次到点"


def imports(subject: Subject) -> Iterator[str]:
    """Read from the source: what is imported inside a function counts too."""
    folder, own = _folder(subject), subject.plugin.module
    for file in sorted(folder.rglob("*.py")):
        inside = file.relative_to(folder).parts
        if inside[0] in ("migrations", "tests"):
            continue
        package = ".".join((own, *inside[:-1]))
        for line, name in _imported(ast.parse(file.read_text(encoding="utf-8")), package):
            if _forbidden(name, own):
                yield f"{'/'.join(inside)}:{line} 引用了 {name}"


def _imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            if base in ("core", "plugins"):
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, base


def _forbidden(name: str, own: str) -> bool:
    head = name.partition(".")[0]
    if head == "core":
        return name != "core.api"
    if head == "plugins":
        return name != own and not name.startswith(own + ".")
    return head in FOREIGN


def _keyed(plugin: Declared) -> Iterator[tuple[str, str]]:
    """Key and label of every figure, duty, setting and job."""
    yield from ((i.key, i.label) for i in plugin.indicators)
    yield from ((d.key, d.label) for d in plugin.deadlines)
    yield from (
        (s.key, s.label) for s in plugin.settings if s.key.rpartition(".")[2] not in (*closing.STANDARD, retention.DAYS)
    )
    yield from ((j.key, j.label) for j in plugin.jobs)


def _fields(subject: Subject) -> Iterator[tuple[str, Field]]:
    for record in subject.plugin.records.values():
        yield from ((record.__name__, field) for field in record.fields())


def _folder(subject: Subject) -> Path:
    return Path(subject.plugin.folder)

"""``actions doctor``: every rule over every plugin, and a look around. What is wrong comes with where and how to mend it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.base import keys
from core.checks import bench, describing
from core.checks.bench import Benches, NoBench
from core.checks.rule import Medal, Rule, Subject
from core.checks.rules import RULES
from core.checks.surroundings import Finding, look_around
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.platform import Platform


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A rule a plugin does not keep."""

    rule: Rule
    what: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One plugin: its medal and what it does not keep. ``hints``: what its author has still to write, which breaks nothing.
    ``untried``: rules a quick look left out; then there is no medal."""

    slug: str
    label: str
    medal: Medal
    announced: bool
    quarantined: bool
    broken: tuple[Broken, ...]
    hints: tuple[str, ...] = ()
    untried: int = 0

    @property
    def state(self) -> str:
        if self.quarantined:
            return "已隔离"
        if self.untried:
            return f"只看了申报，另有 {self.untried} 条规则要在示例数据上试（不加 --quick）"
        return "尚未建设" if self.announced else self.medal.word

    def lines(self) -> Iterator[str]:
        yield f"{'✗' if self.broken else '✓'} {self.slug} {self.label}：{self.state}"
        for one in self.broken:
            yield f"    ✗ {one.rule.key}：{one.rule.text}"
            yield from (f"        {what}" for what in one.what)
            yield f"        → {one.rule.mend}"
        yield from (f"    ! {hint}" for hint in self.hints)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the doctor found. ``broken``: something does not work as it must; warnings alone are not."""

    plugins: tuple[Examined, ...]
    around: tuple[Finding, ...] = ()

    @property
    def broken(self) -> bool:
        return any(p.broken for p in self.plugins) or any(f.broken for f in self.around)

    def lines(self) -> Iterator[str]:
        yield "运行环境"
        for found in self.around:
            yield f"    {'✗' if found.broken else '!'} {found.text}"
            yield f"        → {found.mend}"
        if not self.around:
            yield "    ✓ 没有发现问题"
        yield "插件"
        for one in self.plugins:
            yield from one.lines()


Saying = Callable[[str], None]


def _silent(_line: str) -> None: ...


def doctor(
    platform: Platform | None = None, only: str = "", url: str = "", *, quick: bool = False, say: Saying = _silent
) -> Report:
    """Examine ``platform``, its surroundings and its plugins (or ``only`` one); without a platform (in a process of its
    own), the plugins that can be found. ``url``: a PostgreSQL server to try them on instead of files. ``quick``: without the
    rules that need the scratch world. ``say``: is told each rule when it begins."""
    if platform is None:
        keys.use(secrets.token_bytes(32))  # the scratch world holds invented personal data
    catalog = platform.catalog if platform is not None else plugins.load()
    around = tuple(look_around(platform)) if platform is not None else ()
    rules = [rule for rule in RULES if not (quick and rule.tried)]
    with bench.opened(catalog, url) as benches:
        try:
            chosen = [s for s in subjects(catalog, benches) if only in ("", s.slug)]
            return Report(plugins=tuple(examine(s, rules, say) for s in chosen), around=around)
        except NoBench as error:
            lost = Finding(text=str(error), mend="修正上述原因后重新检查；各插件本次未检查", broken=True)
            return Report(plugins=(), around=(*around, lost))


def subjects(catalog: Catalog, benches: Benches) -> Iterator[Subject]:
    """Every plugin: the healthy in the notice's order, then the quarantined."""
    for slug, declared in catalog.plugins.items():
        yield Subject(slug=slug, declared=declared, benches=benches)
    for fault in catalog.faults:
        yield Subject(slug=fault.plugin, fault=fault, benches=benches)


def examine(subject: Subject, rules: Iterable[Rule] = RULES, say: Saying = _silent) -> Examined:
    asked = list(rules)
    broken = tuple(_broken(subject, asked, say))
    return Examined(
        slug=subject.slug,
        label=subject.declared.action.label if subject.declared else "",
        medal=_medal(broken),
        announced=subject.announced,
        quarantined=subject.declared is None,
        broken=broken,
        hints=tuple(describing.unfilled(subject.declared)) if subject.declared is not None else (),
        untried=0 if any(rule.tried for rule in asked) else sum(rule.tried and rule.applies(subject) for rule in RULES),
    )


def _broken(subject: Subject, rules: Iterable[Rule], say: Saying) -> Iterator[Broken]:
    for rule in rules:
        say(f"{subject.slug} {rule.key}")
        if found := rule.findings(subject):
            yield Broken(rule=rule, what=tuple(found))


def _medal(broken: tuple[Broken, ...]) -> Medal:
    """The highest level whose rules, and those below it, are all kept."""
    lowest = min((one.rule.medal for one in broken), default=None)
    return Medal.GOLD if lowest is None else Medal(lowest - 1)

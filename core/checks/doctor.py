"""``actions doctor``: every rule over every plugin, and a look around. What is wrong comes with where and how to mend it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.base import keys
from core.checks import bench
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
    """One plugin: its medal and what it does not keep."""

    slug: str
    label: str
    medal: Medal
    announced: bool
    quarantined: bool
    broken: tuple[Broken, ...]

    def lines(self) -> Iterator[str]:
        state = "已隔离" if self.quarantined else "尚未建设" if self.announced else self.medal.word
        yield f"{'✗' if self.broken else '✓'} {self.slug} {self.label}：{state}"
        for one in self.broken:
            yield f"    ✗ {one.rule.key}：{one.rule.text}"
            yield from (f"        {what}" for what in one.what)
            yield f"        → {one.rule.mend}"


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


def doctor(platform: Platform | None = None, only: str = "", url: str = "") -> Report:
    """Examine ``platform``, its surroundings and its plugins (or ``only`` one); without a platform (in a process of its
    own), the plugins that can be found. ``url``: a PostgreSQL server to try them on instead of files."""
    if platform is None:
        keys.use(secrets.token_bytes(32))  # the scratch world holds invented personal data
    catalog = platform.catalog if platform is not None else plugins.load()
    around = tuple(look_around(platform)) if platform is not None else ()
    with bench.opened(catalog, url) as benches:
        try:
            return Report(
                plugins=tuple(examine(s) for s in subjects(catalog, benches) if only in ("", s.slug)), around=around
            )
        except NoBench as error:
            lost = Finding(text=str(error), mend="修正上述原因后重新检查；各插件本次未检查", broken=True)
            return Report(plugins=(), around=(*around, lost))


def subjects(catalog: Catalog, benches: Benches) -> Iterator[Subject]:
    """Every plugin: the healthy in the notice's order, then the quarantined."""
    for slug, declared in catalog.plugins.items():
        yield Subject(slug=slug, declared=declared, benches=benches)
    for fault in catalog.faults:
        yield Subject(slug=fault.plugin, fault=fault, benches=benches)


def examine(subject: Subject, rules: Iterable[Rule] = RULES) -> Examined:
    found = ((rule, tuple(rule.findings(subject))) for rule in rules)
    broken = tuple(Broken(rule=rule, what=what) for rule, what in found if what)
    return Examined(
        slug=subject.slug,
        label=subject.declared.action.label if subject.declared else "",
        medal=_medal(broken),
        announced=subject.announced,
        quarantined=subject.declared is None,
        broken=broken,
    )


def _medal(broken: tuple[Broken, ...]) -> Medal:
    """The highest level whose rules, and those below it, are all kept."""
    lowest = min((one.rule.medal for one in broken), default=None)
    return Medal.GOLD if lowest is None else Medal(lowest - 1)

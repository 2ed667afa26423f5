"""Every rule of the contract over every plugin that is found: the list is the one ``actions doctor`` runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base import keys
from core.checks import RULES, Rule, Subject, bench
from core.checks.bench import Benches
from core.kernel import plugins

CATALOG = plugins.load()
FAULTS = {fault.plugin: fault for fault in CATALOG.faults}
SLUGS = [*CATALOG.plugins, *FAULTS]


@pytest.fixture(scope="session")
def benches() -> Iterator[Benches]:
    keys.use(b"only for these tests")
    with bench.opened(CATALOG) as made:
        yield made


def subject(slug: str, benches: Benches | None) -> Subject:
    declared, fault = CATALOG.plugins.get(slug), FAULTS.get(slug)
    return Subject(slug=slug, declared=declared, fault=fault, benches=benches)  # type: ignore[arg-type]


PAIRS = [(slug, rule) for slug in SLUGS for rule in RULES if rule.applies(subject(slug, None))]


@pytest.mark.parametrize(("slug", "rule"), PAIRS, ids=[f"{slug}-{rule.key}" for slug, rule in PAIRS])
def test_rule(slug: str, rule: Rule, benches: Benches) -> None:
    found = rule.findings(subject(slug, benches))
    assert not found, f"{rule.text}\n" + "\n".join(found) + f"\n→ {rule.mend}"


def test_all_ten_actions_of_the_notice_are_there() -> None:
    assert [p.action.number for p in CATALOG.plugins.values()][:10] == list(range(1, 11))

"""A slip of the pen in a declaration is told at start, with the mend: never by a step that fails when somebody takes it."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.base.errors import DeclarationError
from core.base.record import Record
from core.base.workflow import SYSTEM, Transition
from core.kernel import plugins, rules, rules_workflow
from core.kernel.catalog import Declared
from plugins.environment.records import Cleanup, Shortboard

WELL = plugins.load(strict=True).plugins["environment"]
STEP = Shortboard.workflow.transitions[0]


def told(found: Declared) -> list[str]:
    return [str(error) for error in rules.problems(found)]


def with_step(monkeypatch: pytest.MonkeyPatch, **spoilt: Any) -> list[str]:
    flow = Shortboard.workflow
    step: Transition = replace(STEP, **spoilt)
    monkeypatch.setattr(Shortboard, "workflow", replace(flow, transitions=(step, *flow.transitions[1:])))
    return told(WELL)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (
            {"target": "mendedd"},
            "source, target 'mendedd' is not there -> name a state of the workflow, such as 'mended'",
        ),
        ({"source": ("fund",)}, "'fund' is not there -> name a state of the workflow, such as 'found'"),
        (
            {"fields": ("after_photo",)},
            "'after_photo' is not there -> name a field of the record, such as 'after_photos'",
        ),
        ({"stamps": "mended"}, "'mended' is not there -> name a field of the record, such as 'mended_on'"),
        ({"clears": ("nothing",)}, "'nothing' is not there -> name a field of the record"),
        ({"hands_in": True, "needs_remark": True}, "hands_in, yet it asks for more than the form has"),
        ({"by": ("department",)}, "by 'department' is nobody -> use REPORTER, LEAD or COORDINATOR"),
    ],
)
def test_a_slip_in_a_workflow_names_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, spoilt: dict[str, Any], said: str
) -> None:
    (only,) = with_step(monkeypatch, **spoilt)
    assert f"step {STEP.key!r} of Shortboard" in only and said in only


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("by", ("lead department",), "record Cleanup: by 'lead department' is nobody"),
        ("named_by", ("held",), "named_by 'held' is not there -> name a field of the record, such as 'held_on'"),
        ("follows", "case_id", "follows 'case_id' is not there"),
    ],
)
def test_a_slip_in_a_record_s_words_is_told(monkeypatch: pytest.MonkeyPatch, word: str, value: Any, said: str) -> None:
    monkeypatch.setattr(Cleanup, word, value)
    assert [text for text in told(WELL) if said in text]


def test_a_duty_s_form_must_be_declared() -> None:
    left_out: type[Record] = next(d.answers for d in WELL.deadlines if d.answers is not None)
    kept = {key: record for key, record in WELL.records.items() if record is not left_out}
    assert [t for t in told(replace(WELL, records=kept)) if f"names {left_out.__name__} -> declare the record" in t]


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ({"complex_panel": lambda complex_id, read: ()}, "unknown hook 'complex_panel', perhaps 'complex_panels'"),
        ({"samples": lambda wrld: ()}, "hook 'samples' has no argument 'wrld'; it has: world"),
    ],
)
def test_a_misspelt_hook_or_argument_names_what_was_meant(hooks: dict[str, Any], said: str) -> None:
    module = SimpleNamespace(**{name: plugins.hookspecs.hookimpl(fn) for name, fn in hooks.items()})
    for name, function in hooks.items():
        function.__name__ = name
    with pytest.raises(DeclarationError) as caught:
        plugins.ask("sick", module)
    assert said in caught.value.what and "actions reference" in caught.value.mend


def test_nothing_is_found_in_the_plugins_we_ship() -> None:
    for plugin in plugins.load(strict=True).plugins.values():
        assert told(plugin) == []
        assert [e for r in plugin.records.values() for e in rules_workflow.problems(r)] == []


def test_a_field_named_like_its_helper_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``photos = photos(...)``: the next ``photos(...)`` of the class calls the column."""
    (tmp_path / "hiding_fields.py").write_text(
        "from core.api import photos\n\n\nclass Visit:\n    photos = photos('照片')\n    later = photos('整改后照片')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (fault,) = plugins.load({"hiding_fields": lambda: importlib.import_module("hiding_fields")}).faults
    assert fault.stage == "import" and "hiding_fields.py:6" in fault.what
    assert "named photos like the helper photos(...)" in fault.mend and "rename the field" in fault.mend


def test_a_step_of_the_system_is_no_slip(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_step(monkeypatch, by=(SYSTEM,)) == []

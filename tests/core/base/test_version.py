"""A plugin says with which contract it works; a name that leaves core.api says so first."""

import pytest

import core.api
from core.base import version
from core.base.version import Leaving


@pytest.mark.parametrize("needs", ["1", ">=1.0,<2", f"=={version.VERSION}", ">=1"])
def test_within_its_range_a_plugin_works(needs: str) -> None:
    assert version.fits(needs)


@pytest.mark.parametrize("needs", ["2", ">=2", "<1", "==1.0"])
def test_outside_its_range_it_does_not(needs: str) -> None:
    assert not version.fits(needs)


def test_a_range_nobody_can_read_is_refused() -> None:
    with pytest.raises(ValueError, match="the newest"):
        version.fits("the newest")


def test_a_name_that_leaves_works_and_names_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(core.api.LEAVING, "percent_of", Leaving(instead="tally", since="1.1", gone="1.3"))
    with pytest.warns(
        DeprecationWarning, match=r"percent_of is deprecated since 1.1 and gone in 1.3: use tally"
    ) as told:
        from core.api import percent_of  # noqa: PLC0415
    assert percent_of is core.api.tally
    assert told[0].filename == __file__  # the author's own line


def test_a_misspelt_name_says_where_names_are() -> None:
    with pytest.raises(ImportError):
        from core.api import talley  # noqa: F401, PLC0415
    with pytest.raises(AttributeError, match=r"docs/reference\.md"):
        core.api.talley  # noqa: B018


def test_what_leaves_names_what_is_there() -> None:
    for name, one in core.api.LEAVING.items():
        assert one.instead in core.api.__all__
        assert name not in core.api.__all__

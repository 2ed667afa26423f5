"""No serious or critical fault that axe-core finds, on one page of every kind, in both languages, on a desk and a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "community": (
        "/",
        "/r/environment.cleanup",
        "/r/environment.cleanup/new",
        "/r/disputes.complaint/new",
        "/r/environment.cleanup/sheet",
        "/r/environment.cleanup/grid",
        "/r/environment.shortboard/board",
        "/help",
        "/me",
        "/me/password",
        "/me/factor",
        "/inbox",
        "/notices",
        "/report/editions",
        "/report/documents/safeguards.meeting_pack",
        "/obligations?state=overdue",
        "/calendar",
        "/complex/22",
        "/a/disputes/",
    ),
    "coordination": (
        "/overview",
        "/wall",
        "/wall?by=type&full=1",
        "/league",
        "/report",
        "/i/environment.cleaned_monthly",
        "/d/environment.monthly_cleanup",
        "/r/environment.shortboard?state=mended",
        "/journal",
        "/community/4",
        "/a/market_order/settings",
    ),
    "administrator": (
        "/registry",
        "/registry/complex",
        "/registry/complex/1",
        "/registry/complex/1/duties",
        "/status",
        "/people",
        "/people/2",
        "/grants",
    ),
}


@pytest.mark.parametrize("code", ["zh", "en"])
@pytest.mark.parametrize("login, width", [("community", 390), ("coordination", 1440), ("administrator", 1440)])
def test_no_serious_fault(visit: Visit, login: str, width: int, code: str) -> None:
    page = visit(login, width)
    base = "/".join(page.url.split("/")[:3])
    page.goto(f"{base}/language/{code}")
    bad = []
    for path in PAGES[login]:
        page.goto(base + path)
        page.evaluate(AXE)
        found = page.evaluate("async () => (await axe.run()).violations")
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        bad += [(path, v["id"], v["nodes"][0]["html"][:160]) for v in serious]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            bad.append((path, "scrolls sideways", ""))
    assert not bad


# The ring fades in, so it is looked for frame by frame; the page's own policy forbids the waiting that evaluates text. Where the
# focus is on the calendar button inside a date box, the box itself has none and the browser draws the ring.
RING = """() => new Promise(answer => {
  const look = left => {
    const style = getComputedStyle(document.activeElement);
    const inside = !document.activeElement.matches(":focus");
    if (inside || style.outlineStyle !== "none" || style.boxShadow !== "none") answer(true);
    else if (left === 0) answer(false);
    else requestAnimationFrame(() => look(left - 1));
  };
  look(300);
})"""


def test_the_keyboard_alone_reports_a_clean_up(visit: Visit) -> None:
    """From the skip link to the saved record without a pointer; focus is always seen."""
    page = visit("community")
    base = "/".join(page.url.split("/")[:3])
    page.goto(f"{base}/r/environment.cleanup/new?complex=24")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        if name != "f_photos_new":
            assert page.evaluate(RING), f"nothing shows that {name} has the focus"
        seen.append(name)
        if name == "f_people":
            page.keyboard.type("7")
        if name == "保存":
            break
    assert seen[-1] == "保存"
    page.keyboard.press("Enter")
    page.wait_for_selector(".alert-danger")  # no photo yet: told so, nothing lost
    assert page.locator("[name=f_people]").input_value() == "7"


def test_pages_work_without_javascript(visit: Visit) -> None:
    page = visit("community", 390, java_script_enabled=False)
    page.locator("li.duty").get_by_role("link", name="填报").first.click()
    page.get_by_role("button", name="保存").click()
    assert "还不能保存" in page.locator("main").inner_text()
    page.locator("summary", has_text="更多").click()
    page.get_by_role("link", name="红黑榜").click()
    assert "怎么排" in page.locator("main").inner_text()

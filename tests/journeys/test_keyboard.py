"""A reviewer's day without a mouse: each step by the keys that `?` lists, and Tab comes to everything that can be used."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ordersops.accounts.models import User
from ordersops.cases.models import Case, Comment
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.axe import troubles
from tests.journeys.conftest import Desk
from tests.journeys.looking import WIDER
from tests.journeys.served import Served, db, served
from tests.review.scene import case_about

__all__ = ["db", "served"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("served")]
NOTE = "Spoke to the customer on the phone; a gift to a relative."
# What Tab should come to, and what it came to.
LISTEN = """() => {
  window.reached = new Set();
  document.addEventListener("focusin", (event) => window.reached.add(event.target));
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const shown = [...document.querySelectorAll(usable)].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const tabbable = shown.filter((one) => !one.matches(":disabled") && one.tabIndex >= 0);
  window.expected = tabbable.filter((one) => one.type !== "radio" || one.checked);
  return window.expected.length;
}"""
MISSED = "() => window.expected.filter((one) => one.isConnected && !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 100))"


@pytest.mark.django_db
def test_there_is_a_database_to_copy() -> None:
    assert User.objects.count() >= 0


@pytest.fixture
def three(store: Store, system: User) -> list[Case]:
    """Three open cases, the most urgent first."""
    found = [case_about(store, system) for _ in range(3)]
    for priority, case in zip((90, 60, 30), found, strict=True):
        Case.objects.filter(pk=case.pk).update(priority=priority)
    return found


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.tagName")
    return found


def opens(desk: Desk, key: str, heading: str) -> Any:
    """A key opens a dialog, and nothing more."""
    desk.press(key)
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=heading)).to_be_visible()
    return dialog


def state(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def test_a_day(served: Served, three: list[Case], senior_fraud_reviewer: User, supervisor: User) -> None:
    first, second, third = three
    desk = served.sit_down(senior_fraud_reviewer)
    page = desk.page
    page.goto("/")

    opens(desk, "?", "Keys")
    desk.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    desk.press("Control+k")
    palette = page.get_by_role("dialog").get_by_role("combobox")
    expect(palette).to_be_focused()
    page.keyboard.type("fraud")
    expect(page.locator("[data-hit][data-marked]")).to_contain_text("Fraud")
    desk.press("Enter")
    page.wait_for_url("**/queues/fraud/")

    desk.press("j")
    assert str(first.pk) in focused(page)
    desk.press("j", "j", "k")
    assert str(second.pk) in focused(page)
    desk.press("k", "Enter")
    page.wait_for_url(f"**/cases/{first.pk}/*")

    # Approve: the key asks, Ctrl+Enter decides, the next case is there at once, u takes it back.
    opens(desk, "a", "Decline")
    assert state(first) == "open"
    desk.press("Control+Enter")
    page.wait_for_url(f"**/cases/{second.pk}/*")
    assert state(first) == "decided"
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    desk.press("u")
    expect(page.locator("#just-decided")).to_have_count(0)
    page.wait_for_url("**/cases/**")
    assert state(first) == "open"

    # Comment and put aside.
    page.goto(f"/cases/{second.pk}/")
    opens(desk, "m", "Comment")
    page.keyboard.type("The phone rings through.")
    desk.press("Control+Enter")
    expect(page.get_by_text("The phone rings through.")).to_be_visible()
    assert Comment.objects.get().case == second
    opens(desk, "s", "Put aside")
    desk.press("1", "Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    second.refresh_from_db()
    assert second.is_asleep

    # Escalate.
    page.goto(f"/cases/{third.pk}/")
    dialog = opens(desk, "e", "Escalate")
    desk.press("1")
    while not dialog.get_by_label("Why").evaluate("(field) => field === document.activeElement"):
        desk.press("Tab")
    page.keyboard.type("Two names on one card.")
    desk.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    third.refresh_from_db()
    assert third.escalated_to

    # Override, with a reason by its digit and a note.
    page.goto("/queues/fraud/")
    desk.press("n")
    page.wait_for_url(f"**/cases/{first.pk}/*")
    dialog = opens(desk, "o", "Override the recommendation")
    desk.press("1", "Control+Enter")
    expect(dialog).to_be_visible()
    assert state(first) == "open"  # no note yet
    while not dialog.get_by_role("textbox", name="Note").evaluate("(field) => field === document.activeElement"):
        desk.press("Tab")
    page.keyboard.type(NOTE)
    desk.press("Control+Enter")
    page.wait_for_url("**/queues/fraud/*")  # no other case is free
    assert state(first) == "decided"
    decision = Decision.objects.filter(case=first).latest("decided_at")
    assert (decision.overrides, decision.note, decision.outcome) == (True, NOTE, "release")
    desk.is_clean()


def test_confirming_confirms_the_open_step_alone(served: Served, three: list[Case], senior_fraud_reviewer: User) -> None:
    """Ctrl+Enter decides nothing while no confirm step is open: before one was, after it was closed, and beneath another dialog."""
    case, sent = three[0], list[str]()
    desk = served.sit_down(senior_fraud_reviewer)
    page = desk.page
    page.goto(f"/cases/{case.pk}/")
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)

    desk.press("Control+Enter")
    opens(desk, "a", "Decline")
    desk.press("Escape", "Control+Enter")
    opens(desk, "?", "Keys")
    desk.press("Control+Enter", "Escape")
    desk.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    desk.press("Control+Enter", "Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert (sent, state(case)) == ([], "open")

    opens(desk, "a", "Decline")
    desk.press("Control+Enter")
    page.wait_for_url(f"**/cases/{three[1].pk}/*")
    assert state(case) == "decided"


def test_of_several_forms_the_one_with_the_focus_is_sent(served: Served, store: Store, admin: User) -> None:
    """The page of a store has its working hours before its settings."""
    page = served.sit_down(admin).page
    page.goto(f"/stores/{store.pk}/")
    page.keyboard.press("Control+Enter")
    page.get_by_label("Name", exact=True).fill("Another name")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Another name", level=1)).to_be_visible()


def test_tab_comes_to_everything(served: Served, three: list[Case], supervisor: User) -> None:
    page = served.sit_down(supervisor).page
    for path in ("/queues/fraud/", f"/cases/{three[0].pk}/", "/rollout/"):
        page.goto(path)
        for _ in range(page.evaluate(LISTEN) + 2):
            page.keyboard.press("Tab")
        assert page.evaluate(MISSED) == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_dialog_of_a_case(theme: str, served: Served, three: list[Case], senior_fraud_reviewer: User, supervisor: User) -> None:
    """At a desk and on a phone; Escape leads back to where one was."""
    found = dict[str, list[str]]()
    desks = {person: served.sit_down(person) for person in (senior_fraud_reviewer, supervisor)}
    for desk in desks.values():
        desk.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        desk.page.goto(f"/cases/{three[0].pk}/")
    for key in ("a", "o", "e", "s", "v", "g", "m", "?", "Control+k"):
        desk = desks[supervisor if key == "g" else senior_fraud_reviewer]
        page = desk.page
        page.set_viewport_size({"width": 1440, "height": 900})
        desk.press(key)
        dialog = page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        inside = dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth && one.contains(document.activeElement)")
        wider = page.evaluate(WIDER)
        found[key] = [
            *([] if inside else ["wider than itself, or without the focus"]),
            *([wider] if wider else []),
            *troubles(page, "dialog[open]"),
        ]
        desk.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    assert {key: said for key, said in found.items() if said} == {}

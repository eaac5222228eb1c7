"""What two people see of each other while they work, without a reload: presence, a new case in the queue, a decision made elsewhere."""

from typing import Any

import pytest
from playwright.sync_api import expect

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.stores.models import Store
from tests.journeys.served import Served, db, served
from tests.review.scene import case_about

__all__ = ["db", "served"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("served")]
NOTE = "The card was reported"


@pytest.mark.django_db
def test_there_is_a_database_to_copy() -> None:
    assert User.objects.count() >= 0


def test_what_happens_elsewhere_is_seen_without_a_reload(
    served: Served, store: Store, system: User, fraud_reviewer: User, senior_fraud_reviewer: User
) -> None:
    first, second = served.sit_down(fraud_reviewer), served.sit_down(senior_fraud_reviewer)
    first.page.goto("/queues/fraud/")
    first.page.evaluate("window.same = true")
    expect(first.page.get_by_text("Nothing waits for a decision")).to_be_visible()
    case = case_about(store, system)
    row = first.page.locator(f"#case-{case.pk}")
    expect(row).to_be_visible()

    second.page.goto(f"/cases/{case.pk}/")
    expect(row).to_contain_text(senior_fraud_reviewer.name)  # who looks at it
    assert first.page.evaluate("window.same") is True

    first.press("j", "Enter")
    first.page.wait_for_url(f"**/cases/{case.pk}/*")
    first.page.evaluate("window.same = true")
    expect(first.page.locator("#decision-bar")).to_contain_text(f"Also here: {senior_fraud_reviewer.name}")
    expect(second.page.locator("#decision-bar")).to_contain_text(f"Also here: {fraud_reviewer.name}")

    first.press("a")
    form = first.page.get_by_role("dialog")
    form.get_by_text("Add a note").click()
    note = form.get_by_label("Note")
    note.fill(NOTE)
    second.press("a")
    expect(second.page.get_by_role("dialog")).to_be_visible()
    second.press("Control+Enter")
    expect(form.get_by_role("alert")).to_contain_text(f"was decided by {senior_fraud_reviewer.name}")
    expect(note).to_have_value(NOTE)
    note.press("End")
    note.type(", and stopped")
    expect(note).to_have_value(f"{NOTE}, and stopped")
    first.press("Escape")
    expect(first.page.locator("#decision-bar")).to_contain_text(f"decided by {senior_fraud_reviewer.name}")
    assert first.page.evaluate("window.same") is True
    first.is_clean()
    second.is_clean()


def test_a_case_that_is_taken_leaves_no_button_to_press(served: Served, store: Store, system: User, make_person: Any) -> None:
    one, other = make_person(Role.FRAUD_REVIEWER, store, name="Ana Lima"), make_person(Role.FRAUD_REVIEWER, store, name="Ben Okoro")
    case = case_about(store, system)
    first, second = served.sit_down(one), served.sit_down(other)
    first.page.goto(f"/cases/{case.pk}/")
    second.page.goto("/queues/fraud/")
    second.press("n")
    second.page.wait_for_url(f"**/cases/{case.pk}/")
    bar = first.page.locator("#decision-bar")
    expect(bar).to_contain_text("With Ben Okoro")
    expect(bar.locator("#act-approve")).to_have_count(0)
    second.press("p")
    expect(bar.locator("#act-approve")).to_be_visible()
    first.is_clean()

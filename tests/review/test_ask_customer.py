"""Asking the customer to confirm: the order stays held, the case waits for the answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim, wake, wake_by_hand
from ordersops.cases.models import Case
from ordersops.effects.actions import take_back
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Order
from ordersops.review.actions import approve, ask_customer
from ordersops.stores.models import Store
from tests.kernel.history import events, refusals, told
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
TEXT = "Please tell us whether you placed this order."


@pytest.fixture
def case(store: Store, system: User) -> Case:
    found = case_about(store, system, outcome="release", email="ada@example.org")
    Order.objects.update(risk="needs_review")
    found.order.refresh_from_db()
    return found


def ask(case: Case, by: User, **more: Any) -> Effect:
    return ask_customer(**{"case": case, "by": by, "version": 1, "subject": "Your order", "text": TEXT, **more})


def nothing_changed(case: Case) -> None:
    case.refresh_from_db()
    assert (case.snoozed_until, case.paused_at) == (None, None)
    assert not Effect.objects.exists()
    assert Order.objects.filter(pk=case.order_id, risk="needs_review").exists()


def test_the_message_is_planned_and_the_case_waits(case: Case, fraud_reviewer: User, settings: Any) -> None:
    effect = ask(case, fraud_reviewer)
    case.refresh_from_db()
    order = Order.objects.get()
    assert (effect.kind, effect.state, effect.asked_by, effect.arguments["text"]) == ("message.send", "planned", fraud_reviewer, TEXT)
    assert effect.due_at > timezone.now()
    assert (case.state, case.snooze_reason, case.wakes_on, case.paused_at is not None) == (
        "open",
        "customer",
        ["linked_order", "reply"],
        True,
    )
    assert case.snoozed_until is not None
    assert case.snoozed_until - timezone.now() == pytest.approx(timedelta(days=settings.REPLY_DAYS), abs=timedelta(minutes=1))
    assert (order.risk, order.on_hold, order.holds.open().count()) == ("verification_requested", True, 1)


def test_it_is_told(case: Case, fraud_reviewer: User) -> None:
    effect = ask(case, fraud_reviewer)
    assert sorted(told(order=case.order)) == sorted([Verb.EFFECT_ASKED, Verb.RISK_CHANGED, Verb.CASE_CUSTOMER_ASKED, Verb.CASE_SNOOZED])
    (event,) = events(Verb.CASE_CUSTOMER_ASKED)
    assert event.data["effect"] == str(effect.pk)
    assert TEXT not in str(event.data)


def test_the_answer_brings_it_back_and_it_can_be_decided(case: Case, fraud_reviewer: User, system: User) -> None:
    ask(case, fraud_reviewer)
    assert wake(event="reply", by=system, orders=[case.order]) == 1
    case.refresh_from_db()
    assert (case.is_asleep, case.paused_at, case.woken_because) == (False, None, "an answer came")
    approve(case=case, by=fraud_reviewer, version=case.version)
    assert Order.objects.get().risk == "approved"


def test_who_asked_can_take_the_message_back_before_it_leaves(case: Case, fraud_reviewer: User) -> None:
    effect = ask(case, fraud_reviewer)
    assert take_back(effect=effect, by=fraud_reviewer).state == "undone"
    wake_by_hand(case=case, by=fraud_reviewer)
    case.refresh_from_db()
    assert not case.is_asleep


def test_a_colleague_without_the_right_does_not_take_it_back(case: Case, fraud_reviewer: User, make_person: MakePerson) -> None:
    effect = ask(case, fraud_reviewer)
    with pytest.raises(Forbidden):
        take_back(effect=effect, by=make_person(Role.FRAUD_REVIEWER, case.store))


def test_never_past_the_end_of_the_authorisation(case: Case, fraud_reviewer: User) -> None:
    soon = timezone.now() + timedelta(hours=3)
    Case.objects.update(authorised_until=soon)
    ask(case, fraud_reviewer)
    case.refresh_from_db()
    assert case.snoozed_until == soon


def test_twice_conflicts(case: Case, fraud_reviewer: User) -> None:
    ask(case, fraud_reviewer)
    with pytest.raises(Conflict, match="waits already"):
        ask(case, fraud_reviewer)
    assert Effect.objects.count() == 1


def test_without_an_address_nobody_is_asked(case: Case, fraud_reviewer: User) -> None:
    Order.objects.update(email="")
    with pytest.raises(Conflict, match="no e-mail address"):
        ask(case, fraud_reviewer)
    nothing_changed(case)


def test_a_page_from_before_new_advice_conflicts(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Conflict, match="New facts or new advice"):
        ask(case, fraud_reviewer, version=2)
    nothing_changed(case)


def test_what_a_colleague_holds_is_theirs(case: Case, fraud_reviewer: User, make_person: MakePerson) -> None:
    claim(case=case, by=make_person(Role.FRAUD_REVIEWER, case.store, name="A colleague"))
    with pytest.raises(Conflict, match="A colleague is working"):
        ask(case, fraud_reviewer)
    nothing_changed(case)


def test_an_attack_and_a_decided_case_are_not_asked_about(store: Store, system: User, case: Case, fraud_reviewer: User) -> None:
    attack = case_about(store, system, members=2, email="eve@example.org")
    with pytest.raises(Conflict, match="many customers"):
        ask(attack, fraud_reviewer)
    approve(case=case, by=fraud_reviewer, version=1)
    with pytest.raises(Conflict, match="decided already"):
        ask(case, fraud_reviewer)


def test_it_needs_words(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid):
        ask(case, fraud_reviewer, text="")
    nothing_changed(case)


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_it_needs_the_lanes_right(case: Case, role: Role, make_person: MakePerson, store: Store) -> None:
    person = make_person(role, store)
    with pytest.raises(Forbidden):
        ask(case, person)
    assert len(refusals(person)) == 1
    nothing_changed(case)


def test_a_role_in_another_store_asks_nobody_here(case: Case, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        ask(case, make_person(Role.SUPERVISOR, other_store))
    nothing_changed(case)


def test_the_form_starts_with_a_text_that_says_nothing_about_why(client: Client, case: Case, fraud_reviewer: User) -> None:
    client.force_login(fraud_reviewer)
    Order.objects.update(name="<b>Ada</b>")
    page = client.get(reverse("case_ask_customer", args=[case.pk]))
    text = page.context["form"]["text"]
    assert str(case.order) in text
    assert not {word for word in ("fraud", "risk", "score", "suspicious", "review", "check") if word in text.casefold()}
    assert "<b>Ada" not in page.content.decode()


def test_the_page_asks_and_what_was_typed_stays(client: Client, case: Case, fraud_reviewer: User) -> None:
    client.force_login(fraud_reviewer)
    url = reverse("case_ask_customer", args=[case.pk])
    wrong = client.post(url, {"version": 1, "subject": "", "text": TEXT})
    assert (wrong.status_code, TEXT in wrong.content.decode()) == (422, True)
    assert client.post(url, {"version": 1, "subject": "Your order", "text": TEXT}).status_code == 303
    assert Effect.objects.get().kind == "message.send"
    assert Effect.objects.get().label in client.get(reverse("case", args=[case.pk])).content.decode()

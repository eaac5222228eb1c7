"""A link on which the customer confirms: asked, answered once, void; what follows in advice, automation and erasing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fraud.lane import Fraud
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.advice.facts import Evidence
from ordersops.advice.models import Question
from ordersops.advice.scorecard import advise
from ordersops.audit.actions import atomic
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim, wake_by_hand
from ordersops.cases.models import Case
from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.mail import Mail
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.links import PLACE
from ordersops.orders.models import Order
from ordersops.review.actions import answer, approve, forget_links, withdraw_link
from ordersops.review.automation import _obstacle
from ordersops.review.confirming import boxes
from ordersops.review.models import Confirmation, Decision, Result
from ordersops.review.queries import recommendation_for
from ordersops.review.views.verify import neutral
from ordersops.stores.models import Store
from ordersops.wording import leaks
from tests.factories import SnapshotFactory
from tests.fraud.sheets import evidence
from tests.kernel.history import events
from tests.people import MakePerson
from tests.review.confirmed import RIGHT, TEXT, WRONG, ask, case_to_confirm, past

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store, system: User) -> Case:
    return case_to_confirm(store, system)


def typed(said: dict[str, str]) -> dict[str, str]:
    return {box.name: box.read(said[box.name]) or "" for box in boxes(["address", "card"])}


def says(asked: Confirmation, system: User, said: dict[str, str] | None = None, *, placed: bool = True) -> Confirmation:
    assert answer(confirmation=asked.pk, placed=placed, typed=typed(said or RIGHT), by=system)
    asked.refresh_from_db()
    return asked


# --- Asking -----------------------------------------------------------------------------------------------------------
def test_the_letter_has_a_place_and_the_link_is_made_when_it_leaves(case: Case, fraud_reviewer: User, settings: Any) -> None:
    asked = ask(case, fraud_reviewer)
    effect = Effect.objects.get()
    assert (asked.kinds, asked.result, asked.ended_at, asked.asked_by) == (["order", "address", "card"], "", None, fraud_reviewer)
    assert asked.expires_at == effect.due_at + timedelta(hours=settings.CONFIRM_HOURS)  # also where quiet hours hold it back
    assert PLACE in effect.arguments["text"]
    request = Mail().prepare(effect, Seen(False))
    assert (PLACE in request.body, "/confirm/" in request.body) == (False, True)
    case.refresh_from_db()
    assert case.snoozed_until is not None
    assert case.snoozed_until >= asked.expires_at
    (event,) = events(Verb.CONFIRMATION_ASKED)
    assert event.data["confirmation"] == str(asked.pk)


def test_whether_they_placed_it_is_always_asked(case: Case, fraud_reviewer: User) -> None:
    assert ask(case, fraud_reviewer, link=["card"]).kinds == ["order", "card"]


def test_without_kinds_no_link_is_made(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match="no link is sent"):
        ask(case, fraud_reviewer, link=[])
    assert not Effect.objects.exists()


def test_a_text_without_a_place_for_the_link_is_refused(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match="Say where the link goes"):
        ask(case, fraud_reviewer, text="Please open the page and answer what it asks.")
    with pytest.raises(Invalid, match="nothing called"):
        ask(case, fraud_reviewer, link=["cvv"])
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"shipping_address": {"address1": "High Street", "postal_code": "SW1A 1AA"}}, "address"),
        ({"shipping_address": {"address1": "12 High Street"}}, "address"),
        ({"billing_address": {}}, "card"),
    ],
)  # fmt: skip
def test_what_the_order_does_not_hold_cannot_be_asked(case: Case, fraud_reviewer: User, change: dict[str, Any], kind: str) -> None:
    Order.objects.update(**change)
    with pytest.raises(Conflict, match="holds too little"):
        ask(case, fraud_reviewer, link=["order", kind])
    assert not Effect.objects.exists()


def test_a_wallet_shows_other_digits_than_the_card_so_they_are_not_asked_for(store: Store, system: User, fraud_reviewer: User) -> None:
    case = case_to_confirm(store, system, card={"last4": "4242", "wallet": "apple_pay"})
    with pytest.raises(Conflict, match="holds too little"):
        ask(case, fraud_reviewer)


def test_asking_again_voids_the_older_link_and_its_letter(case: Case, fraud_reviewer: User) -> None:
    first = ask(case, fraud_reviewer)
    wake_by_hand(case=case, by=fraud_reviewer)
    second = ask(case, fraud_reviewer)  # the same words, another link
    first.refresh_from_db()
    assert (first.result, first.effect.state, second.result) == (Result.REPLACED, "undone", "")
    assert Confirmation.objects.live().get() == second


def test_never_past_the_end_of_the_authorisation(case: Case, fraud_reviewer: User) -> None:
    soon = timezone.now() + timedelta(hours=30)  # after every night
    Case.objects.update(authorised_until=soon)
    case.refresh_from_db()
    assert ask(case, fraud_reviewer).expires_at == soon


def test_a_link_that_would_be_void_before_its_letter_leaves_is_not_made(case: Case, fraud_reviewer: User, monkeypatch: Any) -> None:
    Case.objects.update(authorised_until=timezone.now() + timedelta(minutes=30))
    case.refresh_from_db()
    monkeypatch.setattr("ordersops.effects.actions.asking.due", lambda kind, order: timezone.now() + timedelta(hours=9))
    with pytest.raises(Conflict, match="before the customer could answer"):
        ask(case, fraud_reviewer)
    assert not Confirmation.objects.exists()


def test_the_letters_to_start_from_pass_our_own_linter(case: Case) -> None:
    for text in (neutral(case, link=True), neutral(case, link=False)):
        assert leaks(text) == []
    assert PLACE in neutral(case, link=True)
    assert PLACE not in neutral(case, link=False)


@pytest.mark.parametrize("by_mail", [False, True])
def test_the_form_as_it_is_drawn_can_be_sent(client: Client, case: Case, fraud_reviewer: User, *, by_mail: bool) -> None:
    client.force_login(fraud_reviewer)
    url = reverse("case_ask_customer", args=[case.pk])
    form = client.get(f"{url}?by=mail" if by_mail else url).context["form"]
    answered = client.post(url, {"version": case.version, **form})
    assert answered.status_code == 303
    assert Confirmation.objects.count() == (not by_mail)
    assert Effect.objects.get().arguments["text"] == form["text"]


def test_what_was_ticked_stays_where_something_is_missing(client: Client, case: Case, fraud_reviewer: User) -> None:
    client.force_login(fraud_reviewer)
    said = {"version": case.version, "subject": "", "text": TEXT, "link": ["order", "card"]}
    page = client.post(reverse("case_ask_customer", args=[case.pk]), said)
    assert page.status_code == 422
    assert {each["kind"].key for each in page.context["kinds"] if each["on"]} == {"order", "card"}


# --- The answer -------------------------------------------------------------------------------------------------------
def test_a_right_answer_says_what_fits_and_brings_the_case_back(case: Case, fraud_reviewer: User, system: User) -> None:
    asked = says(ask(case, fraud_reviewer), system)
    assert (asked.result, asked.fits) == (Result.CONFIRMED, {"address": True, "card": True})
    case.refresh_from_db()
    assert (case.is_asleep, case.woken_because) == (False, "an answer came")
    assert Question.objects.filter(subject=case.subject, lane="fraud", state="pending", because="confirmation").exists()


def test_a_wrong_answer_is_kept_as_that_and_nothing_of_it(case: Case, fraud_reviewer: User, system: User) -> None:
    asked = says(ask(case, fraud_reviewer), system, WRONG)
    assert (asked.result, asked.fits) == (Result.CONFIRMED, {"address": False, "card": False})
    (event,) = events(Verb.CONFIRMATION_ANSWERED)
    assert {key: event.data[key] for key in ("answer", "fits", "differs")} == {
        "answer": "placed by them", "fits": [], "differs": ["address", "card"]
    }  # fmt: skip
    # Ids and digests are any digits: looked through is what somebody could have written into.
    kept = [Event.objects.values_list("verb", "payload"), Confirmation.objects.values_list("kinds", "result", "fits")]
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|\.\d{6}", "", str([list(rows) for rows in kept]).casefold())
    assert not [word for word in ("4243", "m11af", "sw1a1ab", "sw1a 1ab") if word in words]


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"house": "12"}, {"address": True, "card": True}),  # the letter behind the number may be missing
        ({"house": "12b"}, {"address": False, "card": True}),
        ({"last4": "0000"}, {"address": True, "card": False}),
        ({"billing_postcode": "SW1A 1AA"}, {"address": True, "card": False}),  # that is where it goes
        ({"postcode": "M1 1AE"}, {"address": False, "card": True}),
    ],
)
def test_each_kind_is_compared_by_itself(
    case: Case, fraud_reviewer: User, system: User, change: dict[str, str], fits: dict[str, bool]
) -> None:
    assert says(ask(case, fraud_reviewer), system, {**RIGHT, **change}).fits == fits


def test_of_an_american_postcode_five_digits_count(store: Store, system: User, fraud_reviewer: User) -> None:
    case = case_to_confirm(store, system)
    home = {"address1": "18 Washington Ave N Floor 3", "postal_code": "55401-1234", "country": "US"}
    Order.objects.update(shipping_address=home)
    case.order.refresh_from_db()
    asked = ask(case, fraud_reviewer, link=["address"])
    assert answer(confirmation=asked.pk, placed=True, typed={"postcode": "55401", "house": "18"}, by=system)
    asked.refresh_from_db()
    assert asked.fits == {"address": True}


def test_it_counts_once(case: Case, fraud_reviewer: User, system: User) -> None:
    asked = says(ask(case, fraud_reviewer), system, placed=False)
    assert not answer(confirmation=asked.pk, placed=True, typed=typed(RIGHT), by=system)
    asked.refresh_from_db()
    assert (asked.result, asked.fits) == (Result.DENIED, {})
    assert len(events(Verb.CONFIRMATION_ANSWERED)) == 1


def test_after_its_time_it_counts_no_more(case: Case, fraud_reviewer: User, system: User) -> None:
    asked = ask(case, fraud_reviewer)
    past(asked)
    assert not answer(confirmation=asked.pk, placed=False, typed={}, by=system)
    assert not events(Verb.CONFIRMATION_ANSWERED)


def test_deciding_voids_the_link_and_takes_back_the_letter(case: Case, fraud_reviewer: User, system: User) -> None:
    asked = ask(case, fraud_reviewer)
    wake_by_hand(case=case, by=fraud_reviewer)
    case.refresh_from_db()
    approve(case=case, by=fraud_reviewer, version=case.version)
    asked.refresh_from_db()
    assert (asked.result, asked.effect.state) == (Result.DECIDED, "undone")
    assert not answer(confirmation=asked.pk, placed=True, typed=typed(RIGHT), by=system)


def test_a_letter_whose_link_is_void_does_not_leave(case: Case, fraud_reviewer: User) -> None:
    asked = ask(case, fraud_reviewer)
    Effect.objects.update(state="sending", attempts=1)  # too late to take it back
    withdraw_link(case=case, by=fraud_reviewer)
    with pytest.raises(Invalid, match="does not work any more"):
        Mail().prepare(Effect.objects.select_related("order", "store").get(pk=asked.effect_id), Seen(False))


# --- Withdrawing ------------------------------------------------------------------------------------------------------
def test_a_link_can_be_withdrawn_once(case: Case, fraud_reviewer: User) -> None:
    asked = ask(case, fraud_reviewer)
    withdraw_link(case=case, by=fraud_reviewer)
    asked.refresh_from_db()
    assert (asked.result, asked.effect.state) == (Result.WITHDRAWN, "undone")
    assert len(events(Verb.CONFIRMATION_ENDED)) == 1
    with pytest.raises(Conflict, match="No link is out"):
        withdraw_link(case=case, by=fraud_reviewer)


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_withdrawing_needs_the_lanes_right(case: Case, fraud_reviewer: User, role: Role, make_person: MakePerson, store: Store) -> None:
    asked = ask(case, fraud_reviewer)
    with pytest.raises(Forbidden):
        withdraw_link(case=case, by=make_person(role, store))
    asked.refresh_from_db()
    assert asked.result == ""


def test_what_a_colleague_holds_is_not_withdrawn_by_another(
    case: Case, fraud_reviewer: User, make_person: MakePerson, store: Store
) -> None:
    ask(case, fraud_reviewer)
    wake_by_hand(case=case, by=fraud_reviewer)
    claim(case=case, by=make_person(Role.FRAUD_REVIEWER, store, name="A colleague"))
    with pytest.raises(Conflict, match="A colleague is working"):
        withdraw_link(case=case, by=fraud_reviewer)


# --- What follows -----------------------------------------------------------------------------------------------------
def gathered(case: Case) -> Evidence:
    return Fraud().gather([Order.objects.select_related("store", "customer").get(pk=case.order_id)])[case.order_id]


def points(known: Evidence) -> dict[str, int]:
    return {one.key: one.points for one in Fraud().signals(known)}


def test_the_answer_is_a_fact(case: Case, fraud_reviewer: User, system: User) -> None:
    asked = ask(case, fraud_reviewer)
    assert not gathered(case).has("customer_confirmed")
    says(asked, system, {**RIGHT, "last4": "0000"})
    known = gathered(case)
    assert (known["customer_confirmed"], known["confirmed_address"], known["confirmed_card"]) == (True, True, False)
    assert points(known)["confirmation_differs"] > 0


def test_that_it_was_not_them_stands_whatever_is_said_later(case: Case, fraud_reviewer: User, system: User) -> None:
    says(ask(case, fraud_reviewer), system, placed=False)
    case.refresh_from_db()
    says(ask(case, fraud_reviewer), system)
    assert gathered(case)["customer_confirmed"] is False


def test_a_denial_is_outweighed_by_nothing() -> None:
    friendly = {
        "allow_hits": ["card", "email"],
        "good_orders": 50,
        "new_device": False,
        "new_address": False,
        "new_card": False,
        "wallet": "x",
    }
    lane, cleared = Fraud(), points(evidence(**friendly))
    assert sum(cleared.values()) < -50
    known = evidence(**friendly, customer_confirmed=False)
    seen = lane.signals(known)
    assert set(cleared) <= {one.key for one in seen}  # it is still shown
    assert not [one for one in seen if one.points < 0]
    said = advise(lane=lane, evidence=known, signals=seen, possible=["release", "decline"])
    assert (said.score, said.band, said.outcome, said.verified) == (100, "high", "decline", True)


def test_automation_leaves_it_to_a_person(case: Case, fraud_reviewer: User, system: User) -> None:
    recommendation = recommendation_for(case)
    assert recommendation is not None
    assert _obstacle(case, recommendation) == ""
    says(ask(case, fraud_reviewer), system)
    case.refresh_from_db()
    assert case.snoozed_until is None
    assert _obstacle(case, recommendation) == "The customer was asked to confirm it."


def test_automation_of_a_later_case_leaves_it_too(case: Case, fraud_reviewer: User, system: User) -> None:
    lane, advice = Fraud(), recommendation_for(case)
    assert advice is not None
    assert lane.left_to_person(advice=advice, policy=lane.policy, today=Decision.objects.none()) == ""
    says(ask(case, fraud_reviewer), system)
    advice.snapshot = SnapshotFactory.build(body=gathered(case).canonical())
    assert "answered on a link" in lane.left_to_person(advice=advice, policy=lane.policy, today=Decision.objects.none())


def test_erasing_forgets_what_fitted_and_voids_the_link(case: Case, fraud_reviewer: User, system: User, store: Store) -> None:
    answered = says(ask(case, fraud_reviewer), system)
    other = ask(case_to_confirm(store, system), fraud_reviewer)
    with_both = [answered.order_id, other.order_id]
    with atomic():
        forget_links(orders=with_both, by=system)
    answered.refresh_from_db()
    other.refresh_from_db()
    assert (answered.result, answered.fits) == (Result.CONFIRMED, {})
    assert (other.result, Confirmation.objects.live().count()) == (Result.ERASED, 0)


def test_the_case_page_says_what_was_asked_and_answered(client: Client, case: Case, fraud_reviewer: User, system: User) -> None:
    client.force_login(fraud_reviewer)
    asked = ask(case, fraud_reviewer)
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "Waiting for the answer" in page
    assert reverse("case_withdraw_link", args=[case.pk]) in page
    says(asked, system, {**RIGHT, "last4": "0000"})
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "The customer says they placed it" in page
    assert "not as the order has it" in page
    assert reverse("case_withdraw_link", args=[case.pk]) not in page

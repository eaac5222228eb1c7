"""Taking a second review, judging it blind, and settling where two judgements differ."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.insights.actions import answer, settle, take
from ordersops.insights.models import SecondAnswer, SecondReview
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory
from tests.insights.scene import decided, judged, to_review

pytestmark = pytest.mark.django_db

NOTE = "The card evidence was strong enough."


@pytest.fixture
def colleague(make_person: Any, store: Store) -> User:
    return make_person(Role.FRAUD_REVIEWER, store, name="Cora League")


# --- take -----------------------------------------------------------------------------------------------------------
def test_two_people_never_get_the_same(store: Store, fraud_reviewer: User, colleague: User, supervisor: User) -> None:
    first, second = (to_review(decided(store, fraud_reviewer)) for _ in range(2))
    got = [take(by=colleague), take(by=supervisor)]
    assert {one.pk for one in got if one} == {first.pk, second.pk}
    assert Event.objects.filter(verb=Verb.CASE_TAKEN_AGAIN).count() == 2


def test_who_has_one_gets_it_again(store: Store, fraud_reviewer: User, colleague: User) -> None:
    to_review(decided(store, fraud_reviewer))
    to_review(decided(store, fraud_reviewer))
    assert take(by=colleague) == take(by=colleague)


def test_nobody_reviews_what_they_decided(store: Store, fraud_reviewer: User) -> None:
    to_review(decided(store, fraud_reviewer))
    assert take(by=fraud_reviewer) is None


def test_nobody_reviews_what_they_had_in_hand(store: Store, fraud_reviewer: User, colleague: User) -> None:
    case = CaseFactory(order__store=store)
    claim(case=case, by=colleague)
    case.refresh_from_db()
    to_review(DecisionFactory(case=case, by=fraud_reviewer))
    assert take(by=colleague) is None


def test_nothing_of_another_store_and_nothing_without_the_right(
    store: Store, other_store: Store, fraud_reviewer: User, make_person: Any, auditor: User
) -> None:
    to_review(decided(store, fraud_reviewer))
    assert take(by=make_person(Role.FRAUD_REVIEWER, other_store)) is None
    with pytest.raises(Forbidden):
        take(by=auditor)


# --- answer ---------------------------------------------------------------------------------------------------------
def test_an_answer_is_kept_and_nothing_follows(store: Store, fraud_reviewer: User, colleague: User) -> None:
    decision = decided(store, fraud_reviewer)
    review = to_review(decision, by=colleague)
    given = answer(review=review, by=colleague, outcome="release", reason="A2", note="All codes match.")
    assert (given.decided, given.outcome, given.decider, given.by) == ("decline", "release", fraud_reviewer, colleague)
    assert not Effect.objects.exists()
    decision.case.refresh_from_db()
    assert decision.case.state == "decided"
    event = Event.objects.get(verb=Verb.CASE_JUDGED_AGAIN)
    assert event.data == {"review": str(review.pk), "outcome": "release", "reason": "A2"}
    with pytest.raises(Conflict):
        answer(review=review, by=colleague, outcome="decline", reason="D2")


def test_an_answer_needs_an_outcome_and_a_fitting_reason(store: Store, fraud_reviewer: User, colleague: User) -> None:
    review = to_review(decided(store, fraud_reviewer), by=colleague)
    for outcome, reason in (("nothing", "A1"), ("release", "D2"), ("release", "A0"), ("release", "O1")):
        with pytest.raises(Invalid):
            answer(review=review, by=colleague, outcome=outcome, reason=reason)


def test_only_who_has_it_in_hand_answers(store: Store, fraud_reviewer: User, colleague: User, supervisor: User, auditor: User) -> None:
    review = to_review(decided(store, fraud_reviewer), by=colleague)
    with pytest.raises(Conflict):
        answer(review=review, by=supervisor, outcome="release", reason="A1")
    with pytest.raises(Forbidden):
        answer(review=review, by=auditor, outcome="release", reason="A1")


def test_the_database_refuses_ones_own_and_changes(store: Store, fraud_reviewer: User, colleague: User) -> None:
    decision = decided(store, fraud_reviewer)
    given = judged(decided(store, fraud_reviewer), colleague, "release")
    with pytest.raises(IntegrityError), transaction.atomic():
        to_review(decision, by=fraud_reviewer)
    review = to_review(decision)
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondAnswer.objects.create(
            store=store, lane="fraud", review=review, decider=fraud_reviewer, decided="decline", by=fraud_reviewer, outcome="release",
            reason="A1", at=given.at,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondAnswer.objects.filter(pk=given.pk).update(outcome="decline")
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondAnswer.objects.filter(pk=given.pk).delete()


# --- blind ----------------------------------------------------------------------------------------------------------
def test_the_page_tells_nothing_of_advice_decision_or_order(client: Client, store: Store, make_person: Any, colleague: User) -> None:
    decider = make_person(Role.FRAUD_REVIEWER, store, name="Dora Cider")
    decision = decided(store, decider, note="Looks like a stolen card to me", reason="D7")
    review = to_review(decision, by=colleague)
    client.force_login(colleague)
    text = shown(client, review).replace(store.name, "")  # it may have the score in its number
    order, advice = decision.case.order, decision.recommendation
    assert "Many orders from one IP address" in text  # the evidence is there
    for word in (
        order.number, str(order.pk), order.external_id, str(decision.case_id), str(decision.pk), str(advice.pk), decider.name, decision.note,
        advice.justification, advice.snapshot.sha256[:10], f"{advice.score}", f"{order.placed_at:%Y-%m-%d}", "sampled", "Known answer", "It was",
    ):  # fmt: skip
        assert word not in text, word
    assert "signal-points" not in text


def shown(client: Client, review: SecondReview) -> str:
    """The page without what differs from one review to the next: its own id, for how long it is somebody's, and the form's token."""
    text = client.get(reverse("second_review", args=[review.pk])).content.decode().split("<main")[1]
    text = text.replace(str(review.pk), "").replace(review.assigned_until.isoformat() if review.assigned_until else "", "")
    return re.sub(r'value="\w{64}"|>\d\d:\d\d</time>', "", text)


def test_a_known_answer_looks_like_any_other(client: Client, store: Store, fraud_reviewer: User, colleague: User) -> None:
    pages = []
    for truth in ("", "bad"):
        decision = decided(store, fraud_reviewer, hours=5000 if truth else 2)
        review = to_review(decision, truth=truth, by=colleague)
        client.force_login(colleague)
        pages.append(shown(client, review))
    assert pages[0] == pages[1]


def test_it_exists_for_who_has_it_in_hand_alone(
    client: Client, store: Store, fraud_reviewer: User, colleague: User, supervisor: User
) -> None:
    review = to_review(decided(store, fraud_reviewer), by=colleague)
    for person in (fraud_reviewer, supervisor):
        client.force_login(person)
        assert client.get(reverse("second_review", args=[review.pk])).status_code == 404


def test_the_way_through_the_pages(client: Client, store: Store, fraud_reviewer: User, colleague: User) -> None:
    to_review(decided(store, fraud_reviewer))
    client.force_login(colleague)
    assert "1 wait for you" in client.get(reverse("quality_next")).content.decode()
    url = client.post(reverse("quality_next"))["Location"]
    wrong = client.post(url, {"outcome": "release", "note": "I would ship it"})
    assert wrong.status_code == 422
    assert "I would ship it" in wrong.content.decode()
    assert client.post(url, {"outcome": "release", "reason": "A1", "note": ""})["Location"] == reverse("quality_next")
    assert client.get(url)["Location"] == reverse("quality_next")
    assert SecondReview.objects.get().is_answered


# --- settle ---------------------------------------------------------------------------------------------------------
def test_a_supervisor_settles(client: Client, store: Store, fraud_reviewer: User, colleague: User, supervisor: User) -> None:
    given = judged(decided(store, fraud_reviewer), colleague, "release")
    client.force_login(supervisor)
    url = reverse("second_answer", args=[given.pk])
    assert "Settle it" in client.get(url).content.decode()
    assert client.post(url, {"stands": "second", "note": "short"}).status_code == 422
    assert client.post(url, {"stands": "second", "note": NOTE}).status_code == 303
    given.refresh_from_db()
    assert (given.settlement.stands, given.settlement.by) == ("second", supervisor)
    assert Event.objects.get(verb=Verb.CASE_SETTLED).data == {"answer": str(given.pk), "stands": "The second review"}
    with pytest.raises(Conflict):
        settle(answer=given, by=supervisor, stands="first", note=NOTE)


def test_who_settles_is_a_third_person(store: Store, supervisor: User, colleague: User, make_person: Any, fraud_reviewer: User) -> None:
    given = judged(decided(store, supervisor), colleague, "release")
    for person in (supervisor, colleague, fraud_reviewer):
        with pytest.raises(Forbidden):
            settle(answer=given, by=person, stands="first", note=NOTE)
    same = judged(decided(store, fraud_reviewer), colleague, "decline")
    with pytest.raises(Conflict):
        settle(answer=same, by=supervisor, stands="first", note=NOTE)
    with pytest.raises(Invalid):
        settle(answer=given, by=make_person(Role.SUPERVISOR, store), stands="nobody", note=NOTE)

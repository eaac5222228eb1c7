"""The control of anchoring: what a reviewer thinks before the advice is opened, and how far the advice then sways them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation
from ordersops.audit.models import Event
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review import actions
from ordersops.review.impressions import Agreement, agreement, closed_to, drawn
from ordersops.review.models import FirstImpression
from ordersops.review.queries import available
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.review.automated import allowed
from tests.review.scene import held

pytestmark = pytest.mark.django_db
TELLING = ("Decline and propose cancellation", "Seven orders came from this IP within an hour", "score 70", "High 70", "scorecard")


@pytest.fixture
def blind(store: Store, make_person: Any) -> str:
    """A policy under which the advice of every case is closed at first; its version."""
    return allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))


@pytest.fixture
def case(store: Store, system: User, blind: str) -> Case:
    found: Case = CaseFactory(order=held(store, system), store=store, advice__policy_version=blind)
    return found


def test_the_advice_is_nowhere_on_the_page(client: Client, fraud_reviewer: User, case: Case) -> None:
    client.force_login(fraud_reviewer)
    response = client.get(reverse("case", args=[case.pk]))
    text = response.content.decode()
    for told in TELLING:
        assert told not in text, told
    assert "recommendation" not in response.context
    assert "What do you think, before you see the advice?" in text
    assert "Many orders from one IP address" in text  # what the rules saw is evidence
    assert "+20" not in text


def test_the_bar_offers_no_decision(client: Client, fraud_reviewer: User, case: Case) -> None:
    client.force_login(fraud_reviewer)
    text = client.get(reverse("_case_bar", args=[case.pk])).content.decode()
    assert "act-approve" not in text
    assert "act-override" not in text
    assert "Say first what you think" in text
    assert client.get(reverse("case_approve", args=[case.pk])).status_code == 409


def test_one_key_opens_the_advice(client: Client, fraud_reviewer: User, case: Case) -> None:
    client.force_login(fraud_reviewer)
    response = client.post(reverse("case_impression", args=[case.pk]), {"outcome": "release"})
    assert response.status_code == 303
    given = FirstImpression.objects.get()
    assert (given.case, given.by, given.outcome, given.recommendation.outcome) == (case, fraud_reviewer, "release", "decline")
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "Decline and propose cancellation" in text
    assert f"First impression of {fraud_reviewer}: Release, not as advised" in text
    assert available(case, fraud_reviewer).approve


def test_it_leaves_an_event_and_decides_nothing(fraud_reviewer: User, case: Case) -> None:
    given = actions.give_impression(case=case, by=fraud_reviewer, outcome="decline")
    event = Event.objects.get(verb="case.impression")
    assert event.data["impression"] == str(given.pk)
    case.refresh_from_db()
    assert case.is_open
    assert not case.decisions.exists()


def test_nobody_decides_before(fraud_reviewer: User, case: Case) -> None:
    with pytest.raises(Conflict, match="Say first what you think"):
        actions.approve(case=case, by=fraud_reviewer, version=case.version)
    with pytest.raises(Conflict, match="Say first what you think"):
        actions.override(case=case, by=fraud_reviewer, version=case.version, outcome="release", reason="O1", note="The customer called us.")
    actions.give_impression(case=case, by=fraud_reviewer, outcome="release")
    assert actions.approve(case=case, by=fraud_reviewer, version=case.version).outcome == "decline"


def test_each_person_is_asked_once(fraud_reviewer: User, senior_fraud_reviewer: User, case: Case) -> None:
    actions.give_impression(case=case, by=fraud_reviewer, outcome="release")
    with pytest.raises(Conflict, match="the advice of this case is open"):
        actions.give_impression(case=case, by=fraud_reviewer, outcome="decline")
    assert available(case, senior_fraud_reviewer).closed


def test_what_others_thought_is_not_told_before(client: Client, fraud_reviewer: User, senior_fraud_reviewer: User, case: Case) -> None:
    actions.give_impression(case=case, by=fraud_reviewer, outcome="release")
    client.force_login(senior_fraud_reviewer)
    assert "first impression" not in client.get(reverse("case", args=[case.pk])).content.decode()


def test_who_only_reads_is_not_asked(client: Client, auditor: User, case: Case) -> None:
    client.force_login(auditor)
    assert "Decline and propose cancellation" in client.get(reverse("case", args=[case.pk])).content.decode()
    with pytest.raises(Forbidden):
        actions.give_impression(case=case, by=auditor, outcome="release")


def test_what_is_no_outcome_is_refused(fraud_reviewer: User, case: Case) -> None:
    with pytest.raises(Invalid, match="Choose one of"):
        actions.give_impression(case=case, by=fraud_reviewer, outcome="burn it")


def test_a_case_that_was_not_drawn_asks_nothing(store: Store, system: User, fraud_reviewer: User) -> None:
    case = CaseFactory(order=held(store, system), store=store)
    assert not available(case, fraud_reviewer).closed
    with pytest.raises(Conflict):
        actions.give_impression(case=case, by=fraud_reviewer, outcome="release")


def test_a_closed_case_asks_nothing(fraud_reviewer: User, case: Case) -> None:
    case.state = "withdrawn"
    case.save()
    with pytest.raises(Conflict):
        actions.give_impression(case=case, by=fraud_reviewer, outcome="release")
    assert not closed_to(case, fraud_reviewer, Recommendation.objects.get(order=case.order))


def test_the_draw_is_the_same_every_time_and_of_the_size_asked_for() -> None:
    ids = [uuid4() for _ in range(4000)]
    share = [drawn(one, "fraud/everything/1", Decimal("0.25")) for one in ids]
    assert share == [drawn(one, "fraud/everything/1", Decimal("0.25")) for one in ids]
    assert 800 < sum(share) < 1200
    assert not any(drawn(one, "1", Decimal(0)) for one in ids)
    assert all(drawn(one, "1", Decimal(1)) for one in ids)


def test_an_impression_never_changes(fraud_reviewer: User, case: Case) -> None:
    given = actions.give_impression(case=case, by=fraud_reviewer, outcome="release")
    with pytest.raises(IntegrityError), transaction.atomic():
        FirstImpression.objects.filter(pk=given.pk).update(outcome="decline")


def test_how_far_advice_sways(store: Store, system: User, fraud_reviewer: User, blind: str) -> None:
    def story(thought: str, final: str) -> None:
        case = CaseFactory(order=held(store, system), store=store, advice__policy_version=blind)
        actions.give_impression(case=case, by=fraud_reviewer, outcome=thought)
        if final == "decline":
            actions.approve(case=case, by=fraud_reviewer, version=case.version)
        elif final:
            actions.override(
                case=case, by=fraud_reviewer, version=case.version, outcome=final, reason="O1", note="The customer called us from home."
            )

    for thought, final in (("decline", "decline"), ("release", "decline"), ("release", "release"), ("decline", "")):
        story(thought, final)
    now = timezone.now()
    seen = agreement(lane="fraud", stores=[store.pk], since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert seen == Agreement(given=4, as_advised=2, decided=3, kept=2, decided_as_advised=2, followed=1, resisted=1)
    assert agreement(lane="fraud", stores=[], since=now - timedelta(hours=1), until=now).given == 0

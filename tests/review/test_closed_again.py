"""A case that is judged again with its advice closed: neither effects nor linked orders tell what was decided before."""

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.cases.actions import claim
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.orders.models import Order
from ordersops.review.actions import give_impression
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory
from tests.people import MakePerson
from tests.review.again import judged_again
from tests.review.scene import held

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(store: Store, system: User, make_person: MakePerson) -> Case:
    return judged_again(store, system, make_person, email_key=7)


@pytest.fixture
def effect(again: Case) -> Effect:
    return Effect.objects.get()


def test_its_effects_are_left_out_until_the_person_said_what_they_think(
    client: Client, again: Case, effect: Effect, fraud_reviewer: User
) -> None:
    client.force_login(fraud_reviewer)
    listed, one = reverse("effects"), reverse("effect", args=[effect.pk])
    assert one not in client.get(listed).content.decode()
    refused = client.get(one)
    assert refused.status_code == 409
    assert "say first what you think" in refused.content.decode()
    claim(case=again, by=fraud_reviewer)
    give_impression(case=again, by=fraud_reviewer, outcome="decline")
    assert one in client.get(listed).content.decode()
    assert client.get(one).status_code == 200


def test_who_only_reads_sees_them(client: Client, effect: Effect, auditor: User) -> None:
    client.force_login(auditor)
    assert client.get(reverse("effect", args=[effect.pk])).status_code == 200


@pytest.fixture
def beside(store: Store, system: User, again: Case) -> Case:
    """Another case of the same e-mail address, on whose page the first order is a linked one; its advice is open."""
    found: Case = CaseFactory(order=held(store, system, email_key=again.order.email_key), store=store)
    return found


def became(client: Client, case: Case, about: Order) -> str:
    (row,) = [row for row in client.get(reverse("case", args=[case.pk])).context["linked"] if row.order_id == about.pk]
    return f"{row.outcome} {row.tone} {row.decision.get('outcome', '')}".strip()


def test_a_linked_order_that_one_judges_oneself_tells_nothing(client: Client, again: Case, beside: Case, fraud_reviewer: User) -> None:
    Order.objects.filter(pk=again.order_id).update(risk="declined")
    client.force_login(fraud_reviewer)
    assert became(client, beside, again.order) == "In review neutral"
    claim(case=again, by=fraud_reviewer)
    give_impression(case=again, by=fraud_reviewer, outcome="decline")
    assert became(client, beside, again.order).startswith("Declined bad")


def test_what_the_store_says_of_it_stays(client: Client, again: Case, beside: Case, fraud_reviewer: User) -> None:
    Order.objects.filter(pk=again.order_id).update(payment="disputed")
    client.force_login(fraud_reviewer)
    assert became(client, beside, again.order) == "Disputed bad"


def test_nor_does_what_was_decided_about_it_and_still_stands(client: Client, again: Case, beside: Case, fraud_reviewer: User) -> None:
    """As after reopening: the earlier decision is superseded by the next one alone."""
    DecisionFactory(case=again, outcome="release", case_version=again.version + 1)
    Case.objects.filter(pk=again.pk).update(state="open", decided_at=None)
    client.force_login(fraud_reviewer)
    assert "Release" not in became(client, beside, again.order)
    claim(case=again, by=fraud_reviewer)
    give_impression(case=again, by=fraud_reviewer, outcome="decline")
    assert "Release" in became(client, beside, again.order)

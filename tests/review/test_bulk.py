"""Deciding many cases alike: two people, each case by itself or not at all, and nothing on advice that does not hold."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review.actions import approve_bulk, propose_bulk, send_back_bulk
from ordersops.review.models import Bulk, Decision, Proposal
from ordersops.stores.models import Store
from tests.factories import PolicyVersionFactory, RecommendationFactory, VerdictFactory
from tests.kernel.history import told
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
NOTE = "All of the same card testing run."


@pytest.fixture
def cases(store: Store, system: User) -> list[Case]:
    return [case_about(store, system) for _ in range(3)]


@pytest.fixture
def second(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.SUPERVISOR, store, name="A second person")


def propose(cases: Sequence[Case], by: User, **more: Any) -> Bulk:
    said: dict[str, Any] = {"outcome": "decline", "reason": "D3", "note": NOTE, "typed": len(cases), **more}
    return propose_bulk(lane="fraud", cases={case.pk: 1 for case in cases}, by=by, **said)


def rows(bulk: Bulk) -> dict[UUID, int]:
    return {row.pk: row.case.version for row in bulk.proposals.select_related("case")}


def test_each_case_waits_for_a_second_person(cases: list[Case], fraud_reviewer: User) -> None:
    bulk = propose(cases, fraud_reviewer)
    assert (bulk.asked, bulk.left_out, bulk.proposals.waiting().count()) == (3, [], 3)
    assert set(Case.objects.values_list("state", flat=True)) == {"waiting"}
    assert not Effect.objects.exists()
    for case in cases:
        assert told(case=case) == [Verb.CASE_PROPOSED]


def test_approved_as_a_whole_each_has_its_own_decision(cases: list[Case], fraud_reviewer: User, second: User) -> None:
    bulk = propose(cases, fraud_reviewer)
    assert approve_bulk(bulk=bulk, rows=rows(bulk), by=second) == []
    assert Decision.objects.filter(second=second, by=fraud_reviewer, reason="D3").count() == Effect.objects.count() == 3


def test_some_are_approved_and_others_sent_back(cases: list[Case], fraud_reviewer: User, second: User) -> None:
    bulk = propose(cases, fraud_reviewer)
    first, *others = rows(bulk).items()
    approve_bulk(bulk=bulk, rows=dict([first]), by=second)
    assert send_back_bulk(bulk=bulk, rows=dict(others), note="Look at them one by one.", by=second) == []
    assert sorted(Case.objects.values_list("state", flat=True)) == ["decided", "open", "open"]
    with pytest.raises(Invalid, match="why you send them back"):
        send_back_bulk(bulk=bulk, rows=dict(others), note="no", by=second)


def test_what_cannot_be_taken_is_left_out_with_why(
    cases: list[Case], store: Store, system: User, fraud_reviewer: User, senior_fraud_reviewer: User
) -> None:
    unverified, on_text, other, held, shipped = (case_about(store, system) for _ in range(5))
    RecommendationFactory(order=on_text.order, rests_on_customer=True)
    RecommendationFactory(order=other.order, outcome="release")
    RecommendationFactory(order=unverified.order, verified=False)
    claim(case=held, by=senior_fraud_reviewer)
    type(shipped.order).objects.filter(pk=shipped.order_id).update(fulfilment="shipped")
    bulk = propose([*cases, unverified, on_text, other, held, shipped], fraud_reviewer)
    why = dict(bulk.left_out)
    assert bulk.proposals.count() == 3
    for case, words in (
        (unverified, "Not everything"), (on_text, "rests on what"), (other, "advice is another"), (held, "is working"), (shipped, "no longer"),
    ):  # fmt: skip
        assert words in why[str(case.pk)]
        case.refresh_from_db()
        assert case.state == "open"


def test_the_number_is_typed_and_a_note_given(cases: list[Case], fraud_reviewer: User) -> None:
    for more in ({"typed": 2}, {"note": "no"}, {"outcome": "eat"}):
        with pytest.raises(Invalid):
            propose(cases, fraud_reviewer, **more)
    with pytest.raises(Invalid, match="at least two"):
        propose(cases[:1], fraud_reviewer)
    with pytest.raises(Conflict, match=r"None of them.*Choose a reason"):
        propose(cases, fraud_reviewer, reason="O1")
    assert not Bulk.objects.exists()


def test_the_policy_says_how_many(cases: list[Case], fraud_reviewer: User, store: Store) -> None:
    VerdictFactory(policy=PolicyVersionFactory(store=store, fields={"bulk_most": 2}))
    with pytest.raises(Conflict, match="allows 2 cases"):
        propose(cases, fraud_reviewer)
    assert propose(cases[:2], fraud_reviewer).proposals.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_it_needs_the_lanes_right(cases: list[Case], role: Role, make_person: MakePerson, store: Store) -> None:
    with pytest.raises(Forbidden):
        propose(cases, make_person(role, store))


def test_cases_of_another_store_do_not_exist(cases: list[Case], make_person: MakePerson, other_store: Store, second: User) -> None:
    with pytest.raises(Conflict, match="no such case"):
        propose(cases, make_person(Role.SUPERVISOR, other_store))


def test_the_first_person_is_never_the_second(cases: list[Case], supervisor: User) -> None:
    bulk = propose(cases, supervisor)
    left_out = approve_bulk(bulk=bulk, rows=rows(bulk), by=supervisor)
    assert len(left_out) == 3
    assert not Decision.objects.exists()


def test_the_pages(cases: list[Case], fraud_reviewer: User, second: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    page = client.get(reverse("bulk_new", args=["fraud"]))
    assert str(cases[0].pk) in page.content.decode()
    form = {"row": [f"{case.pk}:1" for case in cases], "outcome": "decline", "reason": "D3", "note": NOTE, "typed": "4"}
    refused = client.post(reverse("bulk_new", args=["fraud"]), form)
    assert (refused.status_code, NOTE in refused.content.decode()) == (422, True)
    client.post(reverse("bulk_new", args=["fraud"]), {**form, "typed": "3"})
    bulk = Bulk.objects.get()
    client.force_login(second)
    assert "3 cases" in client.get(reverse("second")).content.decode()
    assert client.get(reverse("bulk", args=[bulk.pk])).context["judged"] == set(Proposal.objects.values_list("pk", flat=True))
    client.post(reverse("bulk_approve", args=[bulk.pk]), {"row": [f"{pk}:{version}" for pk, version in rows(bulk).items()]})
    assert Decision.objects.count() == 3

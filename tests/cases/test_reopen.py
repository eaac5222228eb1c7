"""reopen: a closed case is open again, and one decision takes the place of the other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import reopen
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Hold, Order
from ordersops.review.actions import approve, override
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
NOTE = "The customer sent a proof of address"


@pytest.fixture
def case(store: Store, fraud_reviewer: User) -> Case:
    """Released, and the release is done."""
    case = CaseFactory(order=OrderFactory(store=store))
    override(case=case, by=fraud_reviewer, outcome="release", reason="O1", note=NOTE, version=case.version)
    Effect.objects.update(state="done", settled_at=timezone.now())
    case.refresh_from_db()
    return case


def test_it_is_open_held_and_due_anew(case: Case, senior_fraud_reviewer: User) -> None:
    reopen(case=case, reason="new_information", by=senior_fraud_reviewer, note="A chargeback was announced")
    case.refresh_from_db()
    assert case.is_open
    assert case.decided_at is None
    assert case.due_at > timezone.now() + timedelta(minutes=10)
    assert Order.objects.get(pk=case.order_id).risk == "needs_review"
    assert Hold.objects.open().filter(order=case.order_id, reason="fraud").exists()
    assert Verb.CASE_REOPENED in told(case=case)


def test_the_new_decision_takes_the_place_of_the_old_one(case: Case, senior_fraud_reviewer: User) -> None:
    first = case.decisions.get()
    case = reopen(case=case, reason="mistake", by=senior_fraud_reviewer)
    second = approve(case=case, by=senior_fraud_reviewer, version=case.version)
    assert second.supersedes == first


@pytest.mark.parametrize("state", ["waiting", "planned", "sending"])
def test_not_while_something_is_on_its_way(case: Case, senior_fraud_reviewer: User, state: str) -> None:
    Effect.objects.update(state=state, settled_at=None)
    with pytest.raises(Conflict, match="on its way"):
        reopen(case=case, reason="mistake", by=senior_fraud_reviewer)


def test_not_once_it_has_shipped(case: Case, senior_fraud_reviewer: User) -> None:
    Order.objects.update(fulfilment="shipped")
    with pytest.raises(Conflict, match="Nothing is left to decide"):
        reopen(case=case, reason="mistake", by=senior_fraud_reviewer)


def test_not_beside_a_newer_case(case: Case, senior_fraud_reviewer: User) -> None:
    CaseFactory(order=case.order)
    with pytest.raises(Conflict, match="newer case"):
        reopen(case=case, reason="mistake", by=senior_fraud_reviewer)


def test_an_open_case_is_not_reopened(case: Case, senior_fraud_reviewer: User) -> None:
    reopen(case=case, reason="mistake", by=senior_fraud_reviewer)
    with pytest.raises(Conflict, match="not closed"):
        reopen(case=case, reason="mistake", by=senior_fraud_reviewer)


def test_it_needs_a_reason(case: Case, senior_fraud_reviewer: User) -> None:
    with pytest.raises(Invalid):
        reopen(case=case, reason="boredom", by=senior_fraud_reviewer)


@pytest.mark.parametrize("role", [role for role in Role if Perm.REOPEN_CASES not in ROLES[role]])
def test_it_needs_its_right(case: Case, role: Role, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        reopen(case=case, reason="mistake", by=make_person(role, case.store))

"""snooze, wake, and what brings a case back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim, next_case, snooze, wake, wake_by_hand, wake_due, wake_linked
from ordersops.cases.models import Case, Member
from ordersops.cases.waiting import LONGEST
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.changes import Change
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.cases.openings import opened, opening
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import events, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store, email_key=11, ip_key=22, bin_key=33), priority=40)


def asleep(case: Case, by: User, **more: Any) -> Case:
    given: dict[str, Any] = {"until": timezone.now() + DAY, "reason": "customer", "wakes_on": ["linked_order", "reply"]}
    return snooze(case=case, by=by, **(given | more))


def arrives(store: Store, by: User, **keys: int) -> int:
    with atomic():
        return wake_linked(changes=[Change(OrderFactory(store=store, **keys), {"placed"})], by=by)


def test_what_is_put_aside_leaves_the_queue(case: Case, fraud_reviewer: User) -> None:
    claim(case=case, by=fraud_reviewer)
    asleep(case, fraud_reviewer, note="Called, no answer")
    case.refresh_from_db()
    assert case.is_asleep
    assert case.leased_by is None
    assert next_case(lane="fraud", by=fraud_reviewer) is None
    event = events(case=case)[-1]
    assert event.verb == Verb.CASE_SNOOZED
    assert event.data["wakes_on"] == ["linked_order", "reply"]
    assert event.data["paused"] is True
    assert case.comments.get().text == "Called, no answer"
    assert "Called" not in event.payload


def test_its_time_brings_it_back_on_top_with_the_reason(case: Case, store: Store, fraud_reviewer: User) -> None:
    CaseFactory(order=OrderFactory(store=store), priority=99)
    asleep(case, fraud_reviewer)
    assert wake_due() == 0
    Case.objects.filter(pk=case.pk).update(snoozed_until=timezone.now())
    assert wake_due() == 1
    assert wake_due() == 0
    back = next_case(lane="fraud", by=fraud_reviewer)
    assert back == case
    assert back.woken_because == "its time came"
    assert told(case=case)[-2:] == [Verb.CASE_WOKEN, Verb.CASE_CLAIMED]


def test_a_linked_order_brings_it_back(case: Case, store: Store, fraud_reviewer: User, system: User) -> None:
    asleep(case, fraud_reviewer)
    assert arrives(store, system, email_key=999) == 0
    assert arrives(store, system, bin_key=33) == 0, "strangers share a range of card numbers"
    assert arrives(store, system, ip_key=22) == 1
    case.refresh_from_db()
    assert (case.is_asleep, case.woken_because) == (False, "a new linked order arrived")
    assert arrives(store, system, ip_key=22) == 0


def test_an_order_of_another_store_links_nothing(case: Case, other_store: Store, fraud_reviewer: User, system: User) -> None:
    asleep(case, fraud_reviewer)
    assert arrives(other_store, system, email_key=11) == 0


def test_its_own_orders_are_not_new_ones(case: Case, store: Store, fraud_reviewer: User, system: User) -> None:
    member = OrderFactory(store=store, email_key=11)
    Member.objects.create(case=case, order=member)
    asleep(case, fraud_reviewer)
    with atomic():
        for order in (case.order, member):
            assert wake_linked(changes=[Change(Order.objects.get(pk=order.pk), {"contact"})], by=system) == 0


def test_only_what_waits_for_an_event_wakes(case: Case, fraud_reviewer: User, system: User) -> None:
    asleep(case, fraud_reviewer, wakes_on=["stock"])
    assert wake(event="reply", cases=[case], by=system) == 0
    assert wake(event="stock", orders=[case.order], by=system) == 1
    case.refresh_from_db()
    assert case.woken_because == "stock arrived"


def test_new_advice_always_wakes(case: Case, fraud_reviewer: User, system: User) -> None:
    asleep(case, fraud_reviewer, wakes_on=[])
    (same,) = opened([opening(case.order)], system)
    same.refresh_from_db()
    assert (same, same.is_asleep, same.paused_at) == (case, False, None)
    assert same.woken_because == "new facts changed the advice"


def test_the_boost_goes_when_it_is_put_aside_again(case: Case, fraud_reviewer: User, system: User) -> None:
    for _ in range(2):
        asleep(case, fraud_reviewer)
        wake(event="reply", cases=[case], by=system)
    asleep(case, fraud_reviewer)
    case.refresh_from_db()
    assert (case.priority, case.woken_because) == (40, "")


def test_a_person_brings_it_back_without_a_boost(case: Case, fraud_reviewer: User) -> None:
    asleep(case, fraud_reviewer)
    wake_by_hand(case=case, by=fraud_reviewer)
    wake_by_hand(case=case, by=fraud_reviewer)
    case.refresh_from_db()
    assert (case.is_asleep, case.priority) == (False, 40)
    assert told(case=case) == [Verb.CASE_SNOOZED, Verb.CASE_WOKEN]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"until": timezone.now() - DAY}, "Choose a time"),
        ({"until": timezone.now() + LONGEST + DAY}, "Choose a time"),
        ({"reason": "tired"}, "Choose why"),
        ({"wakes_on": ["moonrise"]}, "no event"),
    ],
)
def test_what_makes_no_sense_is_refused(case: Case, fraud_reviewer: User, more: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        asleep(case, fraud_reviewer, **more)


def test_never_past_the_end_of_the_authorisation(case: Case, fraud_reviewer: User) -> None:
    Case.objects.update(authorised_until=timezone.now() + timedelta(hours=3))
    with pytest.raises(Invalid, match="authorisation ends"):
        asleep(case, fraud_reviewer)


@pytest.mark.parametrize("state", ["decided", "withdrawn", "waiting"])
def test_closed_cases_do_not_sleep(case: Case, fraud_reviewer: User, state: str) -> None:
    Case.objects.update(state=state)
    with pytest.raises(Conflict):
        asleep(case, fraud_reviewer)


def test_what_a_colleague_holds_stays_with_them(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    claim(case=case, by=senior_fraud_reviewer)
    with pytest.raises(Conflict, match="is working on this case"):
        asleep(case, fraud_reviewer)


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_it_needs_the_lanes_right(case: Case, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, case.store)
    for verb in (lambda: asleep(case, person), lambda: wake_by_hand(case=case, by=person)):
        with pytest.raises(Forbidden):
            verb()


def test_a_role_elsewhere_counts_nothing(case: Case, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        asleep(case, make_person(Role.SUPERVISOR, other_store))

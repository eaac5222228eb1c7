"""Opening cases: one for each order, one for each attack, and new advice to the one that is open."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim, withdraw_finished
from ordersops.cases.models import Case, Member
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.cases.openings import opened, opening
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import events, told

pytestmark = pytest.mark.django_db
ATTACK = "ip:77"


def orders(store: Store, count: int, **more: object) -> list[Order]:
    return [OrderFactory(store=store, **more) for _ in range(count)]


def test_each_order_gets_its_case(store: Store, system: User) -> None:
    first, second = orders(store, 2)
    cases = opened([opening(first), opening(second)], system)
    assert {case.order_id for case in cases} == {first.pk, second.pk}
    (event,) = events(case=cases[0])
    assert (event.verb, event.data["priority"], event.data["reasons"]) == (Verb.CASE_OPENED, 60, ["120.00 at risk", "score 70"])
    assert (cases[0].amount, cases[0].currency, cases[0].version) == (Decimal(120), "USD", 1)


def test_new_advice_goes_to_the_open_case(store: Store, system: User) -> None:
    (order,) = orders(store, 1)
    opened([opening(order)], system)
    (case,) = opened([opening(order, score=90, band="high", headline="Worse")], system)
    assert (case.version, case.score, case.headline, case.priority) == (2, 90, "Worse", 60)
    assert told(case=case) == [Verb.CASE_OPENED, Verb.CASE_RECOMMENDED]


def test_a_decided_case_is_not_opened_again_but_followed_by_another(store: Store, system: User) -> None:
    (order,) = orders(store, 1)
    opened([opening(order)], system)
    Case.objects.update(state="decided")
    opened([opening(order)], system)
    assert Case.objects.filter(order=order).count() == 2


# --- While a second person is waited for --------------------------------------------------------------------------------
def test_new_advice_goes_to_a_case_that_waits_and_opens_none(store: Store, system: User) -> None:
    (order,) = orders(store, 1)
    opened([opening(order)], system)
    Case.objects.update(state="waiting")
    assert opened([opening(order, score=90)], system) == []
    case = Case.objects.get()
    assert (case.state, case.version, case.score) == ("waiting", 2, 90)
    assert told(case=case) == [Verb.CASE_OPENED, Verb.CASE_RECOMMENDED]


def test_a_case_that_waits_is_no_attacks_but_an_attack_that_waits_takes_its_orders(store: Store, system: User) -> None:
    first, *others = orders(store, 3)
    opened([opening(first)], system)
    Case.objects.update(state="waiting")
    (attack,) = opened([opening(order, attack_key=ATTACK) for order in (first, *others)], system)
    assert Case.objects.get(order=first).group_key == ""
    assert (attack.group_key, attack.orders_count) == (ATTACK, 2)
    Case.objects.filter(pk=attack.pk).update(state="waiting")
    (late,) = orders(store, 1)
    assert opened([opening(late, attack_key=ATTACK)], system) == []
    attack.refresh_from_db()
    assert (attack.state, attack.orders_count) == ("waiting", 3)


def test_the_database_refuses_a_second_case_while_one_waits(store: Store, system: User) -> None:
    (order,) = orders(store, 1)
    CaseFactory(order=order, store=store, state="waiting")
    with pytest.raises(IntegrityError, match="cases_one_open_per_lane_and_subject"), transaction.atomic():
        CaseFactory(order=order, store=store)
    CaseFactory(order=OrderFactory(store=store), store=store, state="waiting", group_key=ATTACK)
    with pytest.raises(IntegrityError, match="cases_one_open_per_attack"), transaction.atomic():
        CaseFactory(order=OrderFactory(store=store), store=store, group_key=ATTACK)


# --- Attacks ----------------------------------------------------------------------------------------------------------
def test_orders_of_one_attack_are_one_case(store: Store, system: User) -> None:
    attackers = orders(store, 4)
    (case,) = opened([opening(order, attack_key=ATTACK) for order in attackers], system)
    assert (case.group_key, case.orders_count, case.amount) == (ATTACK, 4, Decimal(480))
    assert {case.order_id, *case.members.values_list("order_id", flat=True)} == {order.pk for order in attackers}
    assert sorted(told(case=case)) == [Verb.CASE_OPENED] + [Verb.CASE_ORDER_ADDED] * 3
    # each is told on the stream of its own order
    assert told(order=attackers[1]) == [Verb.CASE_ORDER_ADDED]


def test_later_orders_join_the_attack(store: Store, system: User) -> None:
    for order in orders(store, 3):
        (case,) = opened([opening(order, attack_key=ATTACK)], system)
    assert case.orders_count == 3


def test_attacks_of_two_stores_are_two_cases(store: Store, other_store: Store, system: User) -> None:
    both = [*orders(store, 2), *orders(other_store, 2)]
    cases = opened([opening(order, attack_key=ATTACK) for order in both], system)
    assert [case.orders_count for case in cases] == [2, 2]


def test_an_open_case_becomes_the_attacks_case(store: Store, system: User) -> None:
    first, second = orders(store, 2)
    opened([opening(first)], system)
    (case,) = opened([opening(first, attack_key=ATTACK, headline="An attack"), opening(second, attack_key=ATTACK)], system)
    assert (case.order_id, case.group_key, case.headline, case.orders_count) == (first.pk, ATTACK, "An attack", 2)


def test_what_was_opened_before_the_attack_was_seen_is_merged_into_it(store: Store, system: User) -> None:
    early = orders(store, 2, ip_key=77)
    other = OrderFactory(store=store, ip_key=78)
    opened([opening(order) for order in [*early, other]], system)
    late = OrderFactory(store=store, ip_key=77)
    opened([opening(late, attack_key=ATTACK)], system)
    attack = Case.objects.get(group_key=ATTACK)
    assert attack.orders_count == 3
    assert {member.order_id for member in attack.members.all()} == {order.pk for order in early}
    assert set(Case.objects.filter(state="withdrawn").values_list("order_id", flat=True)) == {order.pk for order in early}
    assert Case.objects.get(order=other).is_open
    merged = events(Verb.CASE_MERGED)
    assert [event.data["into"] for event in merged] == [str(attack.pk)] * 2


def test_a_case_that_somebody_works_on_is_not_taken_away(store: Store, system: User, fraud_reviewer: User) -> None:
    early = OrderFactory(store=store, ip_key=77)
    (case,) = opened([opening(early)], system)
    claim(case=case, by=fraud_reviewer)
    opened([opening(OrderFactory(store=store, ip_key=77), attack_key=ATTACK)], system)
    case.refresh_from_db()
    assert case.is_open


def test_new_advice_on_a_member_goes_to_the_attacks_case(store: Store, system: User) -> None:
    first, second = orders(store, 2)
    opened([opening(order, attack_key=ATTACK) for order in (first, second)], system)
    (case,) = opened([opening(second, score=99, attack_key=ATTACK)], system)
    assert (case.version, case.orders_count, case.score) == (2, 2, 70)
    assert not Case.objects.filter(order=second).exists()


def test_advice_on_the_first_order_and_a_further_order_in_one_batch_are_both_kept(store: Store, system: User) -> None:
    first, second = orders(store, 2)
    opened([opening(order, attack_key=ATTACK) for order in (first, second)], system)
    third = OrderFactory(store=store)
    (case,) = opened([opening(first, score=95, attack_key=ATTACK), opening(third, attack_key=ATTACK)], system)
    assert (case.version, case.score, case.orders_count) == (2, 95, 3)


# --- Rules of the database --------------------------------------------------------------------------------------------
def test_the_database_keeps_one_open_case_for_each_order_and_attack(store: Store) -> None:
    case = CaseFactory(order=OrderFactory(store=store), store=store, group_key=ATTACK)
    with pytest.raises(IntegrityError, match="cases_one_open_per_lane_and_subject"), transaction.atomic():
        CaseFactory(order=case.order, store=store)
    with pytest.raises(IntegrityError, match="cases_one_open_per_attack"), transaction.atomic():
        CaseFactory(order=OrderFactory(store=store), store=store, group_key=ATTACK)
    with pytest.raises(IntegrityError, match="cases_state_known"), transaction.atomic():
        Case.objects.update(state="lost")
    Member.objects.create(case=case, order=case.order)
    with pytest.raises(IntegrityError, match="cases_member_once"), transaction.atomic():
        Member.objects.create(case=case, order=case.order)


def test_opening_and_advising_cost_the_same_for_one_and_fifty(store: Store, system: User) -> None:
    def cost(some: list[Order]) -> int:
        with CaptureQueriesContext(connection) as caught:
            opened([opening(order) for order in some], system)
        return len(caught)

    one, fifty = orders(store, 1), orders(store, 50)
    assert cost(one) == cost(fifty)
    assert cost(one) == cost(fifty) <= 15


# --- withdraw_finished ------------------------------------------------------------------------------------------------
def withdrawn(some: list[Order], system: User) -> list[Case]:
    for order in some:
        order.refresh_from_db()
    with atomic():
        return withdraw_finished(orders=some, by=system)


@pytest.mark.parametrize("finished", [{"fulfilment": "shipped"}, {"commercial": "cancelled"}])
def test_a_case_of_a_finished_order_is_withdrawn(store: Store, system: User, fraud_reviewer: User, finished: dict[str, str]) -> None:
    going, staying = orders(store, 2)
    cases = opened([opening(order) for order in (going, staying)], system)
    claim(case=Case.objects.get(order=going), by=fraud_reviewer)
    Order.objects.filter(pk=going.pk).update(**finished)
    (case,) = withdrawn([going, staying], system)
    assert case.order_id == going.pk
    assert [Case.objects.get(pk=one.pk).state for one in cases] == ["withdrawn", "open"]
    assert told(case=case)[-1] == Verb.CASE_WITHDRAWN
    assert Case.objects.get(pk=case.pk).leased_by is None
    assert withdrawn([going], system) == []


def test_an_attack_is_withdrawn_with_its_last_order(store: Store, system: User) -> None:
    first, second = orders(store, 2)
    opened([opening(order, attack_key=ATTACK) for order in (first, second)], system)
    Order.objects.filter(pk=second.pk).update(commercial="cancelled")
    assert withdrawn([second], system) == []
    Order.objects.filter(pk=first.pk).update(fulfilment="shipped")
    assert len(withdrawn([first], system)) == 1

"""Several at once, with real threads and transactions: nothing twice, nothing lost, nobody waits for ever."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, F
from django.utils import timezone

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice import jobs as advice
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim, next_case
from ordersops.cases.models import Case
from ordersops.effects import jobs as effects
from ordersops.effects.models import Effect
from ordersops.errors import Conflict
from ordersops.intake import door
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Customer, Order, StoreDay
from ordersops.review.actions import approve, undo
from ordersops.stores.actions import connect
from ordersops.stores.facts import CoreFacts, CustomerFacts, LineFacts, OrderFacts, ShipmentFacts
from ordersops.stores.models import Store
from tests.effects.receiver import listening
from tests.factories import CaseFactory, OrderFactory
from tests.intake.sending import placed, send
from tests.kernel.threads import at_once
from tests.orders.stories import state
from tests.review.scene import case_about

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def system(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    """The system user in a database of this test's own, where threads may commit."""
    with django_db_blocker.unblock():
        door._known.clear()
        yield sync_roles()


@pytest.fixture
def store(system: User) -> Store:
    return connect(name="Shop", platform="generic", by=system)


def reviewers(store: Store, system: User, count: int) -> list[User]:
    people = [invite(email=f"r{number}@desk.example", name=f"Reviewer {number}", by=system) for number in range(count)]
    for person in people:
        give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=system)
    return people


def until_empty() -> int:
    done = 0
    while Delivery.objects.filter(state="pending").exists():
        done += drain()
    return done


@pytest.mark.django_db
def test_workers_without_work_return_at_once() -> None:
    assert (drain(), advice.answer(), effects.send()) == (0, 0, 0)


def test_two_drainers_over_the_same_orders_apply_everything_once(store: Store) -> None:
    """Forty orders, three events of each, some twice, in any order: the end is that of a single worker."""
    dice = random.Random(7)
    sent = []
    for number in range(40):
        sent.append((placed(f"#{number}", customer={"id": f"c{number % 3}", "email": f"{number % 3}@a.example"}), f"{number}-placed"))
        for minute in (1, 2):
            at = f"2026-11-20T12:0{minute}:00Z"
            sent.append(({"event": "order.updated", "order_id": f"#{number}", "occurred_at": at, "note": at}, f"{number}-{minute}"))
    dice.shuffle(sent)
    for event, delivery in [*sent, *sent[:20]]:
        assert send(store, event, delivery=delivery).status_code == 200
    results = at_once([until_empty, until_empty])
    assert all(isinstance(one, int) for one in results), results
    assert sum(results) == 120
    assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}
    assert set(Order.objects.values_list("note", flat=True)) == {"2026-11-20T12:02:00Z"}
    assert Event.objects.filter(verb=Verb.ORDER_PLACED).values("order").annotate(n=Count("id")).filter(n=1).count() == 40
    assert sorted(Customer.objects.values_list("orders_count", flat=True)) == [13, 13, 14]
    assert StoreDay.objects.get().orders == 40


def test_workers_that_share_orders_and_customers_do_not_lock_each_other_out(store: Store, system: User) -> None:
    """The same facts in opposite orders from four threads, in one transaction each."""

    def facts(number: int) -> OrderFacts:
        at = NOON + timedelta(minutes=number % 4)
        return OrderFacts(
            order=f"o{number % 6}", at=at,
            core=CoreFacts(number=f"#{number % 6}", placed_at=NOON, total=Decimal(5), customer_id=f"c{number % 2}", note=str(at),
                           lines=(LineFacts(external_id="l", quantity=1),)),
            customer=CustomerFacts(external_id=f"c{number % 2}", at=at, name=f"Name {number % 4}"),
            shipments=(ShipmentFacts(external_id="s", at=at, status="shipped", quantities={"l": 1}),),
        )  # fmt: skip

    everything = [facts(number) for number in range(24)]
    dice = random.Random(3)

    def apply_shuffled() -> None:
        for _ in range(4):
            batch = dice.sample(everything, len(everything))
            apply_facts(facts=[(store.pk, one) for one in batch], by=system)

    assert at_once([apply_shuffled] * 4) == [None] * 4
    together = state(store.pk)
    alone = connect(name="Alone", platform="generic", by=system)
    apply_facts(facts=[(alone.pk, one) for one in everything], by=system)
    assert state(alone.pk) == together


def test_sixteen_people_who_ask_for_the_next_case_get_sixteen_cases(store: Store, system: User) -> None:
    for _ in range(12):
        CaseFactory(order=OrderFactory(store=store), store=store)
    people = reviewers(store, system, 16)
    got = at_once([lambda person=person: next_case(lane="fraud", by=person) for person in people])
    handed_out = [case for case in got if isinstance(case, Case)]
    assert len({case.pk for case in handed_out}) == len(handed_out) == 12
    assert got.count(None) == 4
    assert Case.objects.exclude(leased_by=None).count() == 12
    assert Event.objects.filter(verb=Verb.CASE_CLAIMED).count() == 12


def test_of_two_who_claim_one_is_told_who_has_it(store: Store, system: User) -> None:
    case = CaseFactory(order=OrderFactory(store=store), store=store)
    got = at_once([lambda person=person: claim(case=case, by=person) for person in reviewers(store, system, 2)])
    assert Counter(type(one) for one in got) == {Case: 1, Conflict: 1}


def test_of_two_who_decide_at_once_one_conflicts(store: Store, system: User) -> None:
    people = reviewers(store, system, 2)
    for _ in range(5):
        case = case_about(store, system)
        got = at_once([lambda person=person, case=case: approve(case=case, by=person, version=1) for person in people])
        assert sorted(type(one).__name__ for one in got) == ["Conflict", "Decision"]
        assert case.decisions.count() == Effect.objects.filter(decision__case=case).count() == 1


def test_new_advice_and_a_decision_do_not_wait_for_each_other_for_ever(store: Store, system: User) -> None:
    """Facts and advice lock the order and then its case; a decision must do the same."""
    (person,) = reviewers(store, system, 1)
    for number in range(6):
        send(store, placed(f"#{number}"))
    drain()
    for order in Order.objects.all():
        Order.objects.filter(pk=order.pk).update(risk="needs_review")
        order.refresh_from_db()
        case = CaseFactory(order=order, store=store)
        got = at_once([lambda case=case: approve(case=case, by=person, version=1), advice.answer, _cancel(store, order)])
        assert not [one for one in got if isinstance(one, Exception) and not isinstance(one, Conflict)], got
        case.refresh_from_db()
        assert case.state in {"decided", "withdrawn"} or case.version > 1


def _cancel(store: Store, order: Order) -> Any:
    send(
        store,
        {
            "event": "order.cancelled",
            "order_id": order.external_id,
            "cancelled_at": "2026-11-20T13:00:00Z",
            "occurred_at": "2026-11-20T13:00:00Z",
        },
    )
    return drain


def test_an_effect_is_either_undone_or_sent_never_both(store: Store, system: User) -> None:
    (person,) = reviewers(store, system, 1)
    with listening() as callback:
        Store.objects.update(callback_url=callback.address)
        store.refresh_from_db()
        for _ in range(8):
            decision = approve(case=case_about(store, system, outcome="release"), by=person, version=1)
            # The end of the window as the sender sees it, while undoing still believes to be within it.
            Effect.objects.filter(decision=decision).update(not_before=timezone.now() - timedelta(seconds=1))
            before = len(callback.received)
            undone, sent = at_once([lambda decision=decision: undo(decision=decision, by=person), effects.send])
            (effect,) = Effect.objects.filter(decision=decision)
            left = len(callback.received) - before
            if isinstance(undone, Conflict):
                assert (effect.state, left, sent) == ("done", 1, 1)
            else:
                assert (effect.state, left, sent) == ("undone", 0, 0)


def test_two_senders_send_each_effect_once(store: Store, system: User) -> None:
    (person,) = reviewers(store, system, 1)
    with listening() as callback:
        Store.objects.update(callback_url=callback.address)
        store.refresh_from_db()
        for _ in range(15):
            approve(case=case_about(store, system), by=person, version=1)
        Effect.objects.update(not_before=F("planned_at") - timedelta(seconds=1))

        def until_sent() -> int:
            done = 0
            while taken := effects.send():
                done += taken
            return done

        assert sum(at_once([until_sent, until_sent])) == 15
        assert len({headers["webhook-id"] for _, headers, _ in callback.received}) == len(callback.received) == 15

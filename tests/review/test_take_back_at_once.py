"""Taking back at the same instant as somebody else: once, and never beside a newer case."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict
from ordersops.orders.models import Order
from ordersops.review.actions import approve, take_back
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.kernel.threads import at_once
from tests.review.scene import case_about
from tests.review.test_second_at_once import person, store, system

__all__ = ["store", "system"]
WHY = "The cardholder called: it was not her."


def released(store: Store, system: User, by: User) -> Decision:
    made = approve(case=case_about(store, system, outcome="release"), by=by, version=1)
    assert isinstance(made, Decision)
    past = timezone.now() - timedelta(minutes=1)
    Effect.objects.filter(decision=made).update(state="done", attempts=1, due_at=past, settled_at=past)
    return made


def test_of_two_people_one_takes_it_back(store: Store, system: User) -> None:
    people = [person(f"p{number}", Role.FRAUD_REVIEWER, store, system) for number in range(2)]
    for _ in range(3):
        decision = released(store, system, people[0])
        found = at_once([partial(take_back, decision=decision, note=WHY, by=one) for one in people])
        assert sum(isinstance(one, Conflict) for one in found) == 1, found
        assert Effect.objects.filter(inverse_of__decision=decision).count() == 1


def test_beside_a_newer_case_nothing_is_taken_back(store: Store, system: User) -> None:
    first = person("first", Role.FRAUD_REVIEWER, store, system)

    def asked_anew(order: Any) -> None:
        with atomic():
            list(Order.objects.filter(pk=order).select_for_update())
            if not Case.objects.undecided().filter(order=order).exists():
                CaseFactory(order=Order.objects.get(pk=order), store=store)

    for _ in range(3):
        decision = released(store, system, first)
        order = decision.case.order_id
        found = at_once([partial(take_back, decision=decision, note=WHY, by=first), partial(asked_anew, order)])
        assert Case.objects.undecided().filter(order=order).count() == 1
        back = Decision.objects.filter(supersedes=decision).exists()
        assert back is not any(isinstance(one, Conflict) for one in found), found

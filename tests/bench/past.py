"""The stores and people of a bench, and the orders from which its past is made.

Import it after `Stage.django()`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from ordersops.accounts.actions import give_role, invite
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.models import Case
from ordersops.review.actions import approve, override
from ordersops.review.queries import available
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from tests.bench import pipeline
from tests.bench.orders import Teller
from tests.bench.seed import Growth
from tests.bench.stage import Shop, Stage


@dataclass
class Past:
    """The stores and people of a bench, and the orders so far."""

    on: Stage
    stores: list[Store]
    shop: Shop
    supervisor: User
    reviewer: User
    grown: int = 0
    persons: int = 0

    def grow(self, to: int, **more: Any) -> float:
        """Copy templates until there are `to` orders, and refresh the statistics. Returns the seconds it took."""
        return self._copied([store.pk for store in self.stores], to - self.grown, **more)

    def wait_for_people(self, count: int, stores: Sequence[Store]) -> float:
        """As many more orders in these stores, each with an open case that a reviewer can approve. Returns the seconds it took."""
        return self._copied([store.pk for store in stores], count, waiting=self._approvable())

    def _copied(self, stores: list[UUID], count: int, **more: Any) -> float:
        start = time.monotonic()
        with psycopg.connect(self.on.url, autocommit=True) as connection:
            growth = Growth(connection, [stores[0], stores[-1]], orders=self.grown, persons=self.persons, count=count, **more)
            growth.run()
        self.grown, self.persons = self.grown + count, self.persons + growth.persons
        return time.monotonic() - start

    def _approvable(self) -> list[UUID]:
        """The orders of the open cases, made by the product itself, that can be approved as advised."""
        cases = Case.objects.open().awake().filter(group_key="", order__external_id__regex="^(?!91)").select_related("order", "store")
        return [case.order_id for case in cases.order_by("id")[:500] if available(case, self.reviewer).approve]


def begin(on: Stage, *, stories: int) -> Past:
    """Two stores, a supervisor, a reviewer; and the templates, from that many stories of the simulated store."""
    system = User.objects.system()
    stores = [connect(name=name, platform="shopify", by=system) for name in ("Bench", "Bench Outlet")]
    people = []
    for role, name in ((Role.SUPERVISOR, "Selma Bench"), (Role.SENIOR_FRAUD_REVIEWER, "Samuel Bench")):
        person = invite(email=f"{role.value}@bench.example", name=name, by=system)
        for store in stores:
            give_role(person=person, role=role, store=store, by=system)
        people.append(person)
    shop = Shop(stores[0].endpoint_path, str(stores[0].webhook_secret))
    past = Past(on, stores, shop, *people)
    if stories:
        pipeline.deliver(Teller(shop, seed=11).pasts(stories, suspicious=0.35), shop.path)
        pipeline.drain()
        pipeline.answer()
        _decide(past.reviewer)
    return past


def _decide(by: User) -> None:
    """Two of three cases are decided, every third of them against the advice."""
    cases = Case.objects.open().filter(group_key="").select_related("order", "store").order_by("id")
    for number, case in enumerate(list(cases)):
        may = available(case, by)
        if number % 3 == 0 or not may.approve:
            continue
        if number % 9 == 1 and may.override:
            outcome, reasons = may.choices[0]
            override(case=case, by=by, outcome=outcome.key, reason=reasons[0].code, note="Spoke with the customer.", version=case.version)
        else:
            approve(case=case, by=by, version=case.version)

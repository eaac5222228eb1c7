"""Measurements: decisions by people, and how an advisor did on them."""

from typing import Any

from django.db.models import Max
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.ids import uuid7
from ordersops.review.models import Decision, Label
from ordersops.rollout.ladder import Place, place
from ordersops.rollout.models import Mode, Standing, Trial
from ordersops.stores.models import Store
from tests.factories import CaseFactory, UserFactory


def here(store: Store | None = None, scope: str = "everything") -> Place:
    return place("fraud", store.pk if store else None, scope)


def measure(
    store: Store, n: int, *, wrong: int = 0, source: str = "person", at: Place | None = None, by: User | None = None, **more: Any
) -> list[Trial]:
    """`n` decisions in the store and as many measurements of the advisor in force, the first `wrong` of them disagreements.

    By two people in turn, or all by one.
    """
    at = at or here()
    case = CaseFactory(order__store=store)
    given = case.order.recommendations.get()
    people = [by] if by else [UserFactory(), UserFactory()]
    first = (Decision.objects.filter(case=case).aggregate(most=Max("case_version"))["most"] or 0) + 1
    decisions = Decision.objects.bulk_create(
        Decision(
            id=uuid7(), store=store, case=case, recommendation=given, outcome="decline", overrides=False, reason="D1", label=Label.SUSPECTED,
            by=people[number % len(people)], case_version=number, decided_at=timezone.now(),
        )
        for number in range(first, first + n)
    )  # fmt: skip
    fields = {"scope": at.scope, "policy_version": at.in_force.version, "advisor": at.in_force.advisor_version, **more}
    return Trial.objects.bulk_create(
        Trial(
            lane="fraud", store=store, recommendation=given, decision=decision, advised="release" if number < wrong else "decline",
            decided="decline", agreed=number >= wrong, source=source, **fields,
        )
        for number, decision in enumerate(decisions)
    )  # fmt: skip


def stand(mode: str, at: Place | None = None, **more: Any) -> Standing:
    """Put the scope on a rung, as if it had earned it."""
    at = at or here()
    fields = {"mode": Mode(mode), "policy_version": at.in_force.version, "advisor": at.in_force.advisor_version, **more}
    row, _ = Standing.objects.update_or_create(lane="fraud", store_id=at.store_id, scope=at.scope, defaults=fields)
    return row

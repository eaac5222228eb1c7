"""Decided cases, and second reviews of them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.insights.models import SecondAnswer, SecondReview
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory


def decided(store: Store, by: User, *, outcome: str = "decline", hours: float = 2, policy: str = "test", **more: Any) -> Decision:
    """A case of the store that a person decided so long ago, on advice under this version of a policy."""
    at = timezone.now() - timedelta(hours=hours)
    return DecisionFactory(
        case=CaseFactory(order__store=store, advice__policy_version=policy), by=by, outcome=outcome, decided_at=at, **more
    )


def to_review(decision: Decision, *, truth: str = "", by: User | None = None) -> SecondReview:
    """It waits to be judged again, or is in the hands of `by`."""
    return SecondReview.objects.create(
        store=decision.store, lane="fraud", case=decision.case, decision=decision, recommendation=decision.recommendation,
        decider=decision.by, kind="known" if truth else "sampled", truth=truth, drawn_at=timezone.now(), assigned_to=by,
        assigned_until=timezone.now() + timedelta(minutes=20) if by else None,
    )  # fmt: skip


def judged(decision: Decision, by: User, outcome: str, *, truth: str = "") -> SecondAnswer:
    review = to_review(decision, truth=truth, by=by)
    SecondReview.objects.filter(pk=review.pk).update(is_answered=True, assigned_until=None)
    return SecondAnswer.objects.create(
        store=decision.store, lane="fraud", review=review, decider=decision.by, decided=decision.outcome, by=by, outcome=outcome,
        reason="A1" if outcome == "release" else "D2", at=timezone.now(),
    )  # fmt: skip

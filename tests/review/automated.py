"""A lane that may decide by itself: a policy of two people, a standing that was earned, and the decisions it was earned with."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.advisors import version_of
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.ids import uuid7
from ordersops.review.models import Decision, Label
from ordersops.rollout.content import Content
from ordersops.rollout.models import PolicyVersion, Standing, Trial, Verdict
from ordersops.stores.models import Store
from tests.factories import CaseFactory, RecommendationFactory, SnapshotFactory
from tests.review.scene import held


def allowed(
    store: Store, author: User, approver: User, *, mode: str = "auto", advisor: str = "scorecard", number: int = 1, **more: Any
) -> str:
    """A policy in force that lets automation release orders of up to 500; the version of it."""
    content = Content.model_validate({
        **Content.of(lane("fraud").policy).model_dump(), "advisor": advisor, "highest_mode": "auto", "automatic": ("release",),
        "most_amount": Decimal(500), "most_a_day": 10, "least_confidence": "medium", "sampling_share": Decimal("0.01"), "sampling_floor": 0, **more,
    })  # fmt: skip
    policy = PolicyVersion.objects.create(
        lane="fraud", store=store, number=number, content=content.model_dump(mode="json"), note="Clear cases need nobody.", author=author
    )
    Verdict.objects.create(policy=policy, author=author, by=approver, approved=True, effective_from=timezone.now())
    Standing.objects.update_or_create(
        lane="fraud", store=store, scope="everything",
        defaults={"mode": mode, "policy_version": policy.version, "advisor": version_of(advisor, lane("fraud"))},
    )  # fmt: skip
    return policy.version


def earned(store: Store, system: User, by: User, version: str, *, advisor: str = "scorecard", count: int = 200) -> None:
    """As many decisions by a person, all as advised: one case, decided again and again, serves for all of them."""
    case: Case = CaseFactory(order=held(store, system), store=store, state="withdrawn")
    advice = Recommendation.objects.get(order=case.order)
    now = timezone.now()
    decisions = Decision.objects.bulk_create(
        Decision(
            id=uuid7(), store=store, case=case, recommendation=advice, outcome="decline", overrides=False, reason="D0", label=Label.SUSPECTED,
            by=by, case_version=place + 1, decided_at=now,
        )
        for place in range(count)
    )  # fmt: skip
    Trial.objects.bulk_create(
        Trial(
            lane="fraud", store=store, scope="everything", policy_version=version, advisor=version_of(advisor, lane("fraud")),
            recommendation=advice, decision=decision, advised="decline", decided="decline", agreed=True, source="person",
        )
        for decision in decisions
    )  # fmt: skip


def advised(store: Store, system: User, version: str, *, mode: str = "auto", **more: Any) -> Case:
    """A case with the scorecard's advice to release; `more` is about that advice."""
    case: Case = CaseFactory(order=held(store, system), store=store, advice=False)
    given = {
        "order": case.order, "policy_version": version, "mode": mode, "outcome": "release", "score": 40, "band": "anomalous",
        "snapshot": SnapshotFactory(order=case.order, store=store),
    }  # fmt: skip
    rules = version_of("scorecard", lane("fraud")).partition(" ")[2]
    RecommendationFactory(**{**given, "advisor_version": rules, **more})
    return case


def answered(case: Case, *, advisor: str = "claude", **more: Any) -> Recommendation:
    """The model's answer on the same evidence as the scorecard's, in agreement with it; the same without the customer's text."""
    alone = Recommendation.objects.get(order=case.order, advisor="scorecard")
    given = {key: getattr(alone, key) for key in ("order", "snapshot", "policy_version", "mode", "outcome", "score", "band")}
    given["without_customer"] = {"outcome": more.get("outcome", alone.outcome), "score": alone.score}
    found: Recommendation = RecommendationFactory(
        **{**given, "advisor": advisor, "advisor_version": version_of(advisor, lane("fraud")).partition(" ")[2], **more}
    )
    return found

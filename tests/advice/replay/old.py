"""Old questions: orders that the scorecard looked at, as the product keeps them."""

from typing import Any

from django.db import connection

from ordersops.advice.facts import Evidence
from ordersops.advice.models import Recommendation, Snapshot
from ordersops.advice.scorecard import advise
from ordersops.cases.lanes import lane
from ordersops.orders.models import Order
from tests.factories import CaseFactory, DecisionFactory, RecommendationFactory, SnapshotFactory
from tests.fraud.sheets import evidence

CALM: dict[str, Any] = {"same_address": True, "good_orders": 6, "total": "40.00"}
WILD: dict[str, Any] = {"failed_attempts": 9, "emails_by_ip_24h": 12, "cvv_match": False, "avs_street": False}


def snapshot(order: Order, facts: Evidence) -> Snapshot:
    made: Snapshot = SnapshotFactory(order=order, facts=facts)
    return made


def advised(order: Order, kept: dict[str, Any] | None = None, **facts: Any) -> Recommendation:
    """What the scorecard says of these facts, kept as `advice.actions` keeps it; `kept` are columns that were otherwise then."""
    this = lane("fraud")
    found = snapshot(order, evidence(**{"order": str(order.pk), **facts}))
    known = found.evidence
    said = advise(lane=this, evidence=known, signals=this.signals(known), possible=list(this.outcomes))
    columns = {
        "advisor": said.advisor, "advisor_version": said.advisor_version, "policy_version": said.policy_version, "outcome": said.outcome,
        "score": said.score, "band": said.band, "confidence": said.confidence, "justification": said.justification,
        "claims": [claim.as_json() for claim in said.claims], "missing": said.missing, "alternatives": said.alternatives,
        "verified": said.verified, "faults": said.faults,
    }  # fmt: skip
    made: Recommendation = RecommendationFactory(order=order, snapshot=found, **{**columns, **(kept or {})})
    return made


def decided(recommendation: Recommendation, outcome: str = "release", **more: Any) -> Any:
    """A person's decision on it."""
    overrides = outcome != recommendation.outcome
    return DecisionFactory(
        case=CaseFactory(order=recommendation.order, advice=False), recommendation=recommendation, outcome=outcome, overrides=overrides,
        **{"note": "Seen otherwise." if overrides else "", "reason": "O2" if overrides else "A1", **more},
    )  # fmt: skip


def everything(*but: str) -> dict[str, list[Any]]:
    """All rows of all tables except these."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in but]
        found = {}
        for name in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{name}" t ORDER BY 1')
            found[name] = [row[0] for row in cursor.fetchall()]
    return found

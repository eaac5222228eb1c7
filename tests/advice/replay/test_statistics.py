"""How advisors are doing: against what people decided, against the truth, and what their calls came to."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.decided import labels_of
from ordersops.advice.performance import performances
from ordersops.advice.spending import failed_calls, spending, today
from ordersops.advice.statistics import Advice, Period, Who, advice, cited
from ordersops.orders.models import Dispute
from ordersops.review.actions import undo
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.advice.replay.old import CALM, WILD, advised, decided
from tests.factories import (
    CallFactory,
    DecisionFactory,
    OrderFactory,
    PolicyVersionFactory,
    PromptFactory,
    RecommendationFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db


def month(*stores: Store) -> Period:
    return Period([store.pk for store in stores], timezone.now() - timedelta(days=30))


def only(period: Period) -> Advice:
    (found,) = advice(period)
    return found


def order(store: Store) -> Any:
    return OrderFactory(store=store)


def test_agreement_and_the_reasons_against(store: Store) -> None:
    for outcome, reason in (("release", "A1"), ("release", "A2"), ("decline", "O2"), ("decline", "O2"), ("decline", "O1")):
        decided(advised(order(store), **CALM), outcome, reason=reason, note="Seen otherwise.")
    advised(order(store), **CALM)
    found = only(month(store))
    assert (found.count, found.agreed.part, found.agreed.whole) == (6, 2, 5)
    assert [(code, share.part, share.whole) for code, share in found.reasons()] == [("O2", 2, 5), ("O1", 1, 5)]
    assert (found.overridden.part, found.answers.part) == (3, 6)
    assert found.claims.part == found.claims.whole > 0


def test_advice_that_was_not_shown_is_measured_by_the_decision_on_its_snapshot(store: Store) -> None:
    shown = advised(order(store), **CALM)
    RecommendationFactory(order=shown.order, snapshot=shown.snapshot, advisor="claude", outcome="decline", shown=False)
    decided(shown)
    by = {one.who.advisor: one for one in advice(month(store))}
    assert (by["scorecard"].agreed.part, by["claude"].agreed.part, by["claude"].agreed.whole) == (1, 0, 1)
    assert by["claude"].shown == 0


def test_what_was_undone_or_done_by_the_system_measures_nothing(store: Store, make_person: Any, system: User) -> None:
    decided(advised(order(store), **CALM), by=system, source="system")
    taken_back = decided(advised(order(store), **CALM))
    DecisionFactory(case=taken_back.case, recommendation=taken_back.recommendation, outcome="undo", reason="UNDO", supersedes=taken_back)
    assert only(month(store)).agreed.whole == 0


def test_a_real_undoing_measures_nothing(store: Store, fraud_reviewer: User) -> None:
    decision = decided(advised(order(store), **CALM), by=fraud_reviewer)
    assert only(month(store)).agreed.whole == 1
    undo(decision=Decision.objects.get(pk=decision.pk), by=fraud_reviewer)
    assert only(month(store)).agreed.whole == 0


def test_versions_are_told_apart_and_other_stores_left_out(store: Store, other_store: Store) -> None:
    advised(order(store), **CALM)
    advised(order(store), {"advisor_version": "older"}, **CALM)
    decided(advised(order(other_store), **CALM))
    found = advice(month(store))
    assert {one.who.version for one in found} > {"older"}
    assert [one.count for one in found] == [1, 1]
    assert not any(one.agreed.whole for one in found)
    assert advice(Period([store.pk], timezone.now() - timedelta(days=30), "returns")) == []
    assert advice(Period([store.pk], timezone.now() + timedelta(days=1))) == []


def test_claims_that_failed_are_counted(store: Store) -> None:
    claims = [{"fact": "a", "verified": True}, {"fact": "b", "verified": False}, {"fact": "c", "verified": True}]
    advised(order(store), {"claims": claims, "verified": False}, **CALM)
    found = only(month(store))
    assert (found.claims.part, found.claims.whole, found.answers.part) == (2, 3, 0)


def test_the_signals_cited_in_advice_that_people_overrode(store: Store) -> None:
    """The factory's advice cites orders_from_ip, on which ip_velocity rests; known_customer rests on a fact that it does not cite."""
    for outcome in ("release", "decline", "decline"):
        decided(RecommendationFactory(order=order(store)), outcome)
    unproved = RecommendationFactory(order=order(store), claims=[{"fact": "order_total", "verified": False}])
    decided(unproved, "release")
    found = cited(month(store), Who("fraud", "scorecard", "test"))
    assert [(key, share.part, share.whole) for key, share in found] == [("ip_velocity", 1, 3)]
    assert cited(month(store), Who("fraud", "scorecard", "another")) == []


def test_signals_of_the_scorecard_count_for_advice_that_has_none_of_its_own(store: Store) -> None:
    base = RecommendationFactory(order=order(store))
    claims = [{"fact": "orders_from_ip", "verified": True}]
    model = RecommendationFactory(order=base.order, snapshot=base.snapshot, advisor="claude", advisor_version="m", claims=claims)
    model.signals.all()  # the factory gives each its own; the keys are counted once for a decision
    decided(base, "release")
    assert [(key, share.whole) for key, share in cited(month(store), Who("fraud", "claude", "m"))] == [("ip_velocity", 1)]


@pytest.mark.parametrize(
    ("label", "dispute", "bad"),
    [
        ("confirmed_fraud", None, True),
        ("legitimate", None, False),
        ("suspected", None, None),
        ("inconclusive", None, None),
        ("legitimate", {"reason": "fraudulent", "status": "needs_response"}, True),
        ("suspected", {"reason": "Fraud: card absent", "status": "lost"}, True),
        ("legitimate", {"reason": "fraudulent", "status": "won"}, False),
        ("suspected", {"reason": "product_not_received", "status": "lost"}, None),
    ],
)
def test_labels(store: Store, label: str, dispute: dict[str, str] | None, bad: bool | None) -> None:
    recommendation = advised(order(store), **WILD)
    decided(recommendation, label=label)
    if dispute:
        Dispute.objects.create(order=recommendation.order, store=store, external_id="d1", kind="chargeback", **dispute)
    assert labels_of([recommendation.order_id]).get(recommendation.order_id) is bad
    found = only(month(store)).truth
    assert found.count == (0 if bad is None else 1)
    if bad is not None:
        assert found.brier == pytest.approx((recommendation.score / 100 - bad) ** 2)


def test_the_label_of_a_decision_that_was_undone_is_none(store: Store) -> None:
    taken_back = decided(advised(order(store), **CALM), label="legitimate")
    DecisionFactory(case=taken_back.case, recommendation=taken_back.recommendation, outcome="undo", reason="UNDO", supersedes=taken_back)
    assert labels_of([taken_back.recommendation.order_id]) == {}
    assert only(month(store)).truth.count == 0


def test_only_the_last_advice_on_an_order_is_held_against_the_truth(store: Store) -> None:
    first = RecommendationFactory(order=order(store), score=90, advised_at=timezone.now() - timedelta(hours=2))
    RecommendationFactory(order=first.order, score=20)
    decided(first, "release", label="legitimate")
    assert only(month(store)).truth.brier == pytest.approx(0.04)


def test_what_calls_came_to(store: Store) -> None:
    base = RecommendationFactory(order=order(store))
    common: dict[str, Any] = {"snapshot": base.snapshot, "store": store, "prompt": PromptFactory()}
    for took in (1000, 3000, 9000):
        call = CallFactory(**common, latency_ms=took, cache_read_tokens=50)
        RecommendationFactory(order=base.order, snapshot=base.snapshot, advisor="claude", advisor_version="m/-/test-1", call=call)
    CallFactory(**common, purpose="second", cost_micros=400)
    CallFactory(**common, outcome="busy", status=529, cost_micros=0, input_tokens=0, output_tokens=0)
    CallFactory(**common, purpose="replay")
    CallFactory(**common, model_requested="never-answers", outcome="key")
    found = spending(month(store))
    one = found[Who("fraud", "claude", "m/-/test-1")]
    assert (one.codes, one.failed) == ({"answered": 4, "busy": 1}, 1)
    assert (one.cost_micros, one.tokens["input"], one.tokens["cache_read"]) == (5200, 1200, 150)
    assert (one.p50, one.p95) == (3000, 9000)
    assert found[Who("fraud", "claude", "never-answers")].failed == 1
    row = next(row for row in performances(month(store)) if row.who.version == "m/-/test-1")
    assert row.each == "0.0017"
    assert {row.who.version for row in performances(month(store))} == {"test", "m/-/test-1", "never-answers"}
    assert [call.outcome for call in failed_calls(month(store))] == ["key", "busy"]


def test_money_of_today(store: Store, other_store: Store, settings: Any) -> None:
    from ordersops.advice.models import Spend

    settings.ADVICE_BUDGET = 20
    day = timezone.now().date()
    Spend.objects.create(store=store, lane="fraud", day=day, spent_micros=15_000_000, reserved_micros=5_000_000, calls=9)
    Spend.objects.create(store=store, lane="fraud", day=day - timedelta(days=1), spent_micros=1)
    Spend.objects.create(store=other_store, lane="fraud", day=day, spent_micros=1)
    (found,) = today([store.pk])
    assert (found.percent, found.is_spent, found.calls) == (100, True, 9)


def test_money_of_today_beside_the_budget_of_the_policy(store: Store, other_store: Store, settings: Any) -> None:
    from ordersops.advice.models import Spend

    settings.ADVICE_BUDGET = 20
    for one in (store, other_store):
        Spend.objects.create(store=one, lane="fraud", day=timezone.now().date(), spent_micros=15_000_000, calls=9)
    VerdictFactory(policy=PolicyVersionFactory(store=store, fields={"budget": "40"}))
    VerdictFactory(policy=PolicyVersionFactory(store=store, scope="dear", rule=[["total", ">", 1000]], fields={"budget": "90"}))
    assert {row.store: (row.budget, row.percent) for row in today([store.pk, other_store.pk])} == {store: (40, 37), other_store: (20, 75)}

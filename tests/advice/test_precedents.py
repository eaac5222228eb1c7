"""An advisor sees how people decided about similar orders, and nothing that lies later."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ordersops.accounts.models import User
from ordersops.advice import precedents
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.masking import masked
from ordersops.advice.reasons import sentences
from ordersops.advice.verify import Claim, verify
from ordersops.cases.lanes import Seen, lane
from ordersops.orders.models import Order
from ordersops.review.actions import sync_reasons
from ordersops.review.evidence import shown
from ordersops.review.models import Decision, ReasonCode
from ordersops.stores.models import Store
from tests.factories import (
    CaseFactory,
    DecisionFactory,
    OrderFactory,
    RecommendationFactory,
    SignalFactory,
    SnapshotFactory,
    StoreFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEEN = (
    Seen("ip_velocity", "velocity", "fired", 30, "Many"),
    Seen("new_card", "past", "fired", 5, "New"),
    Seen("avs", "payment", "unavailable", 0, "-"),
)
BASE = Evidence([Fact("total", "Order total", "money", Decimal("120.00"), unit="USD")])


@pytest.fixture
def store() -> Store:
    return StoreFactory()


def decided(
    store: Store, *, days: float = 3, points: dict[str, int] | None = None, order: dict[str, Any] | None = None, **more: Any
) -> Decision:
    """A person's decision about an order in which the rules saw `points`."""
    at = NOON - timedelta(days=days)
    about = OrderFactory(store=store, placed_at=at - timedelta(hours=1), **(order or {}))
    advice = RecommendationFactory.build(order=about, store=store, lane=more.pop("lane", "fraud"), snapshot=SnapshotFactory(order=about))
    advice.save(force_insert=True)
    for key, weight in (points or {}).items():
        SignalFactory(recommendation=advice, key=key, points=weight, state="fired" if weight > 0 else "clearing")
    return DecisionFactory(case=CaseFactory(order=about, advice=False), recommendation=advice, decided_at=at, **more)


def asked(store: Store, **more: Any) -> Order:
    return OrderFactory(store=store, **{"placed_at": NOON, **more})


def rows(order: Order, seen: tuple[Seen, ...] = SEEN) -> list[dict[str, Any]]:
    found = precedents.add(lane("fraud"), [(order, BASE, seen)])[order.pk]
    return found["precedents"] or []


def test_what_people_decided_about_similar_orders(store: Store) -> None:
    decided(store, points={"ip_velocity": 30, "new_card": 5}, outcome="decline", reason="D1", label="confirmed_fraud")
    evidence = precedents.add(lane("fraud"), [(order := asked(store), BASE, SEEN)])[order.pk]
    assert evidence["precedents"] == [{
        "likeness": 100, "outcome": "decline", "label": "confirmed_fraud", "reason": "D1", "why": "Linked to confirmed fraud", "amount": "120.00",
        "currency": "USD", "days_before": 3, "shared": "ip_velocity, new_card",
    }]  # fmt: skip
    fact = evidence.facts["precedents"]
    assert (fact.state, fact.trust, fact.source, fact.personal, fact.observed_at) == ("present", "system", "history", False, NOON)
    assert list(evidence)[:-1] == list(BASE)
    assert "precedents" not in BASE.facts


def test_a_reason_is_worded_as_supervisors_last_did(store: Store, system: User) -> None:
    sync_reasons()
    declared = next(reason for reason in lane("fraud").reasons if reason.code == "D1")
    newest = ReasonCode.objects.get(lane="fraud", code="D1")
    ReasonCode.objects.create(**{
        **{field: getattr(newest, field) for field in ("lane", "code", "outcomes", "label", "rank", "by")},
        "version": 2, "text": "Linked to fraud that is proved",
    })  # fmt: skip
    decided(store, points={"ip_velocity": 30}, reason="D1")
    assert declared.sentence != "Linked to fraud that is proved"
    assert rows(asked(store))[0]["why"] == sentences(lane("fraud"))["D1"] == "Linked to fraud that is proved"


def test_the_fact_can_be_cited_masked_shown_and_frozen(store: Store) -> None:
    decided(store, points={"ip_velocity": 30})
    evidence = precedents.add(lane("fraud"), [(order := asked(store), BASE, SEEN)])[order.pk]
    right, wrong = (Claim("precedents", "contains", {"outcome": outcome}, "for", "") for outcome in ("decline", "release"))
    assert [one.verified for one in verify([right, wrong], evidence)] == [True, False]
    assert Evidence.parse(evidence.canonical()) == evidence
    assert shown(evidence.facts["precedents"])
    assert masked(evidence).facts[-1] == evidence.facts["precedents"]
    known = [order.email, order.name, str(order.pk), order.number, *map(str, Order.objects.values_list("pk", flat=True))]
    assert not any(value in json.dumps(evidence["precedents"]) for value in known)


def test_without_precedents_nothing_is_collected(store: Store) -> None:
    found = precedents.add(lane("fraud"), [(order := asked(store), BASE, SEEN)])[order.pk]
    assert (found.facts["precedents"].state, found.missing()) == ("not_collected", [])
    undated = OrderFactory(store=store, placed_at=None)
    assert rows(undated) == []
    assert precedents.add(lane("fraud"), []) == {}


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("later", {"days": -0.1}),
        ("at the same moment", {"days": 0}),
        ("long ago", {"days": 181}),
        ("other signals", {"points": {"po_box": 30}}),
        ("the opposite signal", {"points": {"ip_velocity": -30}}),
        ("no signals", {"points": {}}),
        ("hardly alike", {"points": {"new_card": 5, "po_box": 60}}),
        ("another lane", {"lane": "returns"}),
        ("decided by automation", {"source": "system"}),
    ],
)
def test_what_is_no_precedent(store: Store, why: str, more: dict[str, Any]) -> None:
    decided(store, **{"points": {"ip_velocity": 30}, **more})
    assert rows(asked(store)) == [], why


def test_other_stores_are_nobodys_precedent(store: Store) -> None:
    decided(StoreFactory(), points={"ip_velocity": 30})
    assert rows(asked(store)) == []


def test_an_order_is_no_precedent_of_itself(store: Store) -> None:
    decision = decided(store, points={"ip_velocity": 30})
    order = decision.case.order
    order.placed_at = NOON
    assert rows(order) == []


def test_what_was_undone_does_not_count_and_what_followed_does(store: Store) -> None:
    first = decided(store, days=4, points={"ip_velocity": 30})
    common = {"case": first.case, "recommendation": first.recommendation, "by": UserFactory(), "store": store, "overrides": False}
    undone = Decision.objects.create(
        **common,
        outcome="undo",
        reason="UNDO",
        label="inconclusive",
        case_version=50,
        supersedes=first,
        decided_at=NOON - timedelta(days=3),
    )
    order = asked(store)
    assert rows(order) == []
    Decision.objects.create(
        **common,
        outcome="release",
        reason="A1",
        label="legitimate",
        case_version=51,
        supersedes=undone,
        decided_at=NOON - timedelta(days=2),
    )
    assert [(row["outcome"], row["days_before"]) for row in rows(order)] == [("release", 2)]


def test_the_most_alike_first_and_five_at_most(store: Store) -> None:
    for number, weight in enumerate((30, 28, 26, 24, 22, 20)):
        decided(store, days=number + 1, points={"ip_velocity": weight, "new_card": 5})
    found = rows(asked(store))
    assert [row["days_before"] for row in found] == [1, 2, 3, 4, 5]
    assert [row["likeness"] for row in found] == [100, 95, 90, 85, 80]


def test_amounts_count_only_in_one_currency(store: Store) -> None:
    decided(store, days=1, points={"ip_velocity": 30}, order={"total": Decimal("60.00")})
    decided(store, days=2, points={"ip_velocity": 30}, order={"currency": "EUR"})
    found = rows(asked(store), SEEN[:1])
    assert [(row["days_before"], row["likeness"]) for row in found] == [(1, 92), (2, 85)]


def test_two_queries_and_one_answer_for_each_order(store: Store) -> None:
    """The answer is that of a batch of one, and the number of queries that of a batch of one."""
    for number in range(12):
        decided(store, days=number + 1, points={"ip_velocity": 30 - number})
    orders = [asked(store, placed_at=NOON - timedelta(days=days)) for days in (0, 4, 9)]
    alone = [rows(order) for order in orders]
    for batch in (orders[:1], orders):
        with CaptureQueriesContext(connection) as queries:
            together = precedents.add(lane("fraud"), [(order, BASE, SEEN) for order in batch])
        assert len(queries) == 2
    assert [together[order.pk]["precedents"] for order in orders] == alone
    assert all(row["days_before"] >= 0 for found in alone for row in found)
    assert len({json.dumps(found) for found in alone}) == 3


def test_only_the_newest_decisions_are_compared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in (1, 2, 3, 4):
        decided(store, days=days, points={"ip_velocity": 30}, source="system" if days == 2 else "person")
    order = asked(store)
    monkeypatch.setattr(precedents, "READ", 3)
    assert [row["days_before"] for row in rows(order)] == [1, 3]
    monkeypatch.setattr(precedents, "COMPARED", 1)
    assert [row["days_before"] for row in rows(order)] == [1]


def test_decisions_are_found_by_an_index(store: Store) -> None:
    """Over a long history of two stores the plan walks the index of the newest decisions, and stops."""
    for one in (store, StoreFactory()):
        decision = decided(one, points={"ip_velocity": 30})
        with connection.cursor() as cursor:
            cursor.execute(LONG_HISTORY, [decision.pk])
    with connection.cursor() as cursor:
        for table in ("review_decision", "advice_recommendation", "advice_signal", "orders_order"):
            cursor.execute(f"ANALYZE {table}")
        orders = [asked(store) for _ in range(50)]
        columns = [[getattr(order, name) for order in orders] for name in ("pk", "store_id", "placed_at")]
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS) {precedents._READ}",
            [*columns, precedents.WITHIN.total_seconds(), precedents.READ, "fraud", ["release", "decline"]],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "using review_newest" in plan, plan
    assert "Seq Scan on review_decision" not in plan, plan


# A decision of a minute earlier each, as many as a busy store has in the window.
LONG_HISTORY = """
    INSERT INTO review_decision (
        id, store_id, case_id, recommendation_id, outcome, terms, overrides, reason, note, label, source, by_id, case_version, fitted,
        decided_at
    )
    SELECT gen_random_uuid(), store_id, case_id, recommendation_id, outcome, terms, overrides, reason, note, label, source, by_id, 100 + n,
        fitted, decided_at - n * interval '1 minute'
    FROM review_decision, generate_series(1, 4000) n WHERE id = %s
"""

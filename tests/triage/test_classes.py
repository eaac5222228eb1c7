"""What an order is: one table for flags and classes of exceptions. Each row is an order as the facts tell it, and what it is."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.stores.goods import NEEDS
from triage.catalogue import FACTS
from triage.classes import FLAGS, triage
from triage.exceptions import EXCEPTIONS, best_way, next_look
from triage.limits import LIMITS, read


def facts(**more: Any) -> Any:
    """A paid order of one lamp, for home, that West has."""
    usual = {
        "total": Decimal(100), "lines": 1, "units": 1, "shipped": False, "delivered": False, "payment": "paid", "international": False,
        "customs": False, "address_state": "ok", "plans": 2, "missing_units": 0, "risk": "clear", "hazmat": False, "gift": False,
        "express": False, "next_day": False,
    }  # fmt: skip
    assert set(more) <= set(FACTS), "a fact of the catalogue"
    return defaultdict(lambda: None, {**usual, **more})


# facts -> standard, flagged or exception, and why
KINDS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, "standard", []),
    ({"total": Decimal("499.99")}, "standard", []),
    ({"total": Decimal(500)}, "flagged", ["high_value"]),
    ({"total": None}, "standard", []),
    ({"international": True}, "flagged", ["international"]),
    ({"hazmat": True}, "flagged", ["hazmat"]),
    ({"lithium": True}, "flagged", ["lithium"]),
    ({"gift": True, "gift_message": True}, "flagged", ["gift", "gift_message"]),
    ({"oversize": True}, "flagged", ["oversize"]),
    ({"cold_chain": True}, "flagged", ["perishable"]),
    ({"next_day": True, "express": True}, "flagged", ["next_day"]),
    ({"configured": 1, "unspecified": 0}, "flagged", ["configured"]),
    ({"company": True}, "flagged", ["company"]),
    ({"lines": 8}, "flagged", ["complex"]),
    ({"gift": True, "address_state": "ask"}, "exception", ["address_unverified"]),
    ({"address_state": "normalise"}, "exception", ["address_unverified"]),
    ({"address_state": "unknown"}, "standard", []),
    ({"declined": True, "payment": "failed"}, "exception", ["payment_declined"]),
    ({"declined": True, "payment": "paid"}, "standard", []),
    ({"payment": "pending", "payment_hours": Decimal(23)}, "standard", []),
    ({"payment": "pending", "payment_hours": Decimal(24)}, "exception", ["payment_hold"]),
    ({"payment": "authorized", "authorised_hours_left": Decimal(49)}, "standard", []),
    ({"payment": "authorized", "authorised_hours_left": Decimal(48)}, "exception", ["authorisation_expiring"]),
    ({"plans": 0, "missing_units": 2}, "exception", ["out_of_stock"]),
    ({"plans": 0, "missing_units": 0}, "exception", ["no_node"]),
    ({"plans": None}, "standard", []),
    ({"customs": True, "customs_missing": [{"sku": "LAMP"}]}, "exception", ["customs_documents"]),
    ({"customs": True}, "standard", []),
    ({"hazmat": True, "international": True}, "exception", ["hazmat"]),
    ({"hazmat": True, "hazmat_excluded": True}, "exception", ["hazmat"]),
    ({"configured": 2, "unspecified": 1}, "exception", ["custom_configuration"]),
    ({"risk": "needs_review"}, "exception", ["fraud_hold"]),
    ({"risk": "approved"}, "standard", []),
    ({"duplicate_minutes": Decimal(60)}, "exception", ["duplicate_order"]),
    ({"duplicate_minutes": Decimal(61)}, "standard", []),
    ({"node_answer": "rejected"}, "exception", ["fulfilment_rejected"]),
    ({"node_answer": "sent", "unanswered_hours": Decimal(3)}, "standard", []),
    ({"node_answer": "sent", "unanswered_hours": Decimal(4)}, "exception", ["unanswered"]),
    ({"node_answer": "sent", "unanswered_hours": Decimal(1), "express": True}, "exception", ["unanswered"]),
    ({"node_answer": "accepted", "node_address_old": True}, "exception", ["address_at_node"]),
    ({"unshipped_hours": Decimal(47)}, "standard", []),
    ({"unshipped_hours": Decimal(48)}, "exception", ["stuck"]),
    ({"unshipped_hours": Decimal(24), "express": True}, "exception", ["stuck"]),
    ({"unshipped_hours": Decimal(480), "shipped": True}, "standard", []),
    ({"shipped": True, "tracking": True, "unscanned_days": Decimal(4)}, "exception", ["no_scan"]),
    ({"shipped": True, "silent_days": Decimal(3)}, "exception", ["stalled"]),
    ({"shipped": True, "silent_days": Decimal(4), "international": True}, "flagged", ["international"]),
    ({"shipped": True, "silent_days": Decimal(3), "delivered": True}, "standard", []),
    ({"shipped": True, "delivery_failed": True}, "exception", ["delivery_failed"]),
    ({"shipped": True, "carrier_lost": True}, "exception", ["lost"]),
    ({"shipped": True, "silent_days": Decimal(7)}, "exception", ["lost", "stalled"]),
    ({"shipped": True, "silent_days": Decimal(19), "international": True}, "exception", ["stalled"]),
    ({"shipped": True, "silent_days": Decimal(20), "international": True}, "exception", ["lost", "stalled"]),
    ({"shipped": True, "tracking": True, "unscanned_days": Decimal(7)}, "exception", ["lost", "no_scan"]),
]  # fmt: skip


@pytest.mark.parametrize(("given_facts", "kind", "why"), KINDS, ids=[f"{row[1]}-{number}" for number, row in enumerate(KINDS)])
def test_what_an_order_is(given_facts: dict[str, Any], kind: str, why: list[str]) -> None:
    found = triage(facts(**given_facts), LIMITS)
    assert found.kind == kind
    said = [one.of.key for one in found.exceptions] if kind == "exception" else [flag.key for flag in found.flags]
    assert sorted(said) == sorted(why)


def test_every_class_and_flag_is_in_the_table() -> None:
    told = {key for _, _, keys in KINDS for key in keys}
    assert set(EXCEPTIONS) | {flag.key for flag in FLAGS} <= told


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), st.none() | st.booleans() | st.integers(0, 999), max_size=12))
def test_it_is_exactly_one_thing_whatever_is_known(known: dict[str, Any]) -> None:
    found = triage(defaultdict(lambda: None, known), LIMITS)
    assert (found.kind == "exception") == bool(found.exceptions)
    assert (found.kind == "standard") == (not found.exceptions and not found.flags)
    assert 0 <= found.priority <= 100


@pytest.mark.parametrize("one", EXCEPTIONS.values(), ids=lambda one: one.key)
def test_a_class_is_whole(one: Any) -> None:
    assert one.rules
    assert one.evidence
    assert one.resolutions
    assert one.owner
    assert one.within.total_seconds() > 0
    assert {fact for rule in one.rules for fact, _, _ in rule.claims} <= set(FACTS)
    assert set(one.evidence) <= set(FACTS)
    limits = {value[1:] for rule in one.rules for _, _, value in rule.claims if isinstance(value, str) and value.startswith("$")}
    assert limits | {wait.limit for wait in one.waits} <= set(LIMITS)


# --- The best way -----------------------------------------------------------------------------------------------------
WAYS: list[tuple[dict[str, Any], str]] = [
    ({"declined": True, "payment": "failed", "declined_code": "insufficient_funds"}, "payment_link"),
    ({"declined": True, "payment": "failed", "declined_code": "pickup_card"}, "fraud_review"),
    ({"declined": True, "payment": "failed", "declined_hours": Decimal(170)}, "cancel"),
    ({"address_state": "normalise"}, "normalise"),
    ({"address_state": "ask"}, "ask"),
    ({"plans": 0, "missing_units": 1, "inbound_days": Decimal(3)}, "wait"),
    ({"plans": 0, "missing_units": 1}, "substitute"),
    ({"node_answer": "rejected", "node_reason": "inventory_out_of_stock"}, "reroute"),
    ({"node_answer": "rejected", "node_reason": "incorrect_address"}, "address"),
    ({"node_answer": "rejected", "node_reason": "product_not_mapped"}, "mapping"),
    ({"node_answer": "rejected", "node_reason": "missing_customs_info"}, "documents"),
    ({"node_answer": "rejected", "node_reason": "order_too_large"}, "split"),
]  # fmt: skip


@pytest.mark.parametrize(("given_facts", "way"), WAYS)
def test_the_best_way(given_facts: dict[str, Any], way: str) -> None:
    said = facts(**given_facts)
    assert best_way(triage(said, LIMITS).exceptions[0], said).key == way


# --- Priority ---------------------------------------------------------------------------------------------------------
def test_priority_says_why() -> None:
    found = triage(facts(total=Decimal(1200), tier="Platinum", next_day=True, express=True), LIMITS)
    assert found.reasons == ("next-day promise (+25)", "high value (+20)", "platinum customer (+15)", "worth 1000 or more (+15)")
    assert found.priority == 75


def test_an_exception_comes_before_what_is_merely_flagged() -> None:
    assert triage(facts(node_answer="rejected"), LIMITS).priority > triage(facts(next_day=True), LIMITS).priority


@pytest.mark.parametrize(
    ("given_facts", "waits"),
    [
        ({"international": True}, True),
        ({"hazmat": True}, True),
        ({"total": Decimal(900)}, True),
        ({"gift": True}, False),
        ({}, False),
        ({"address_state": "ask"}, True),
    ],
)
def test_what_waits_for_a_person(given_facts: dict[str, Any], waits: bool) -> None:
    assert triage(facts(**given_facts), LIMITS).needs_person is waits


# --- Limits are data --------------------------------------------------------------------------------------------------
def test_a_policy_overrules_limits() -> None:
    limits = read({"high_value": "50", "nonsense": 3})
    assert triage(facts(total=Decimal(60)), limits).kind == "flagged"
    assert set(limits) == set(LIMITS)


@pytest.mark.parametrize(
    ("given_facts", "hours"),
    [({}, None), ({"unshipped_hours": Decimal(40)}, 8), ({"unshipped_hours": Decimal(50)}, None), ({"silent_days": Decimal(2)}, 24),
     ({"payment_hours": Decimal(1), "unshipped_hours": Decimal(0)}, 23), ({"authorised_hours_left": Decimal(100)}, 52)],
)  # fmt: skip
def test_when_to_look_again(given_facts: dict[str, Any], hours: int | None) -> None:
    found = next_look(facts(**given_facts), LIMITS)
    assert (found.total_seconds() / 3600 if found else None) == hours


def test_needs_are_words_that_nodes_know() -> None:
    assert {"hazmat", "lithium", "oversize", "cold_chain"} <= set(NEEDS)

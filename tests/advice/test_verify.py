"""The verifier: what holds passes, everything else fails with a code, and nothing ever raises."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.verify import OPERATORS, SENTENCES, Checked, Claim, verify
from tests.advice.evidence import EVIDENCE, PLACED


def check(fact: Any, op: Any, value: Any, known: Evidence = EVIDENCE) -> Checked:
    return verify([Claim(fact, op, value, "for", "")], known)[0]


HOLD = [
    ("orders_1h", "eq", 7), ("orders_1h", "ge", 7), ("orders_1h", "gt", "6"), ("orders_1h", "le", Decimal(7)), ("orders_1h", "lt", 7.5),
    ("orders_1h", "ne", 8), ("orders_1h", "present", None), ("distance_km", "eq", "1250.50"), ("distance_km", "ge", Decimal(500)),
    ("distance_km", "lt", "2000 km"), ("total", "eq", "1240 EUR"), ("total", "ge", "1000.00 eur"), ("same_country", "eq", False),
    ("same_country", "ne", True), ("risk", "eq", "HIGH – grösse No5"), ("risk", "contains", "GRÖSSE"), ("risk", "ne", "low"),
    ("placed_at", "eq", PLACED), ("placed_at", "eq", "2026-11-20T10:30:00+01:00"), ("placed_at", "lt", PLACED + timedelta(seconds=1)),
    ("hits", "contains", "Email"), ("linked", "contains", {"outcome": "declined"}), ("linked", "contains", {"number": "#1001", "units": 2}),
    ("note", "contains", "40 prior orders"), ("note", "eq", "i have 40 prior orders, ship today"), ("note", "present", None),
    ("cvv", "absent", None), ("ip_country", "absent", None), ("said_orders", "present", None),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "op", "value"), HOLD)
def test_what_holds_is_verified(fact: str, op: str, value: Any) -> None:
    found = check(fact, op, value)
    assert found.code == "ok"
    assert found.verified


FAIL = [
    ("no_such_fact", "eq", 1, "unknown_fact"), ("no_such_fact", "absent", None, "unknown_fact"), (None, "eq", 1, "unknown_fact"),
    (["orders_1h"], "eq", 7, "unknown_fact"),
    ("cvv", "eq", "M", "not_present"), ("cvv", "ne", "M", "not_present"), ("cvv", "present", None, "not_present"),
    ("orders_1h", "absent", None, "mismatch"), ("orders_1h", "present", 7, "mismatch"),
    ("orders_1h", "eq", 8, "mismatch"), ("orders_1h", "eq", True, "mismatch"), ("orders_1h", "ge", None, "mismatch"),
    ("orders_1h", "ge", "seven", "mismatch"), ("orders_1h", "ge", float("nan"), "mismatch"), ("orders_1h", "le", float("inf"), "mismatch"),
    ("orders_1h", "ge", "-Infinity", "mismatch"), ("orders_1h", "ge", "sNaN", "mismatch"), ("orders_1h", "eq", "0_7", "mismatch"),
    ("orders_1h", "eq", "٧", "mismatch"), ("orders_1h", "eq", [7], "mismatch"), ("orders_1h", "eq", "7 km", "mismatch"),
    ("orders_1h", "eq", "7" * 5000, "mismatch"),
    ("total", "eq", "1240.00", "mismatch"), ("total", "eq", Decimal("1240.00"), "mismatch"), ("total", "eq", "1240.00 USD", "mismatch"),
    ("distance_km", "ge", "500 miles", "mismatch"), ("same_country", "eq", 0, "mismatch"), ("same_country", "eq", "False", "mismatch"),
    ("same_country", "ge", False, "bad_operator"), ("same_country", "contains", False, "bad_operator"),
    ("risk", "contains", "", "mismatch"), ("risk", "contains", "  ", "mismatch"), ("risk", "eq", 5, "mismatch"), ("risk", "ge", "a", "bad_operator"),
    ("placed_at", "eq", "2026-11-20T09:30:00", "mismatch"), ("placed_at", "lt", "soon", "mismatch"), ("placed_at", "eq", 1, "mismatch"),
    ("placed_at", "contains", "2026", "bad_operator"),
    ("hits", "contains", "mail", "mismatch"), ("hits", "eq", ["email", "ip"], "bad_operator"), ("linked", "contains", {}, "mismatch"),
    ("linked", "contains", {"units": True}, "mismatch"), ("linked", "contains", {"colour": None}, "mismatch"),
    ("note", "ne", "x", "customer_word"), ("said_orders", "eq", 40, "customer_word"), ("said_orders", "ge", 2, "customer_word"),
    ("orders_1h", "matches", ".*", "bad_operator"), ("orders_1h", None, 7, "bad_operator"), ("orders_1h", ["eq"], 7, "bad_operator"),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "op", "value", "code"), FAIL)
def test_what_does_not_hold_fails_with_a_code(fact: Any, op: Any, value: Any, code: str) -> None:
    found = check(fact, op, value)
    assert (found.verified, found.code) == (False, code)
    assert code in SENTENCES


def test_the_actual_value_is_said_as_the_snapshot_writes_it() -> None:
    assert check("total", "eq", "1 EUR").actual == "1240.00"
    assert check("placed_at", "gt", PLACED).actual == PLACED.isoformat()
    assert check("cvv", "eq", "M").actual is None


# --- Properties -------------------------------------------------------------------------------------------------------
facts = st.one_of(
    st.integers(0, 10**6).map(lambda value: Fact("f", "F", "count", value, trust="system")),
    st.decimals(-(10**6), 10**6, places=2).map(lambda value: Fact("f", "F", "number", value, trust="system", unit="km")),
    st.decimals(0, 10**9, places=2).map(lambda value: Fact("f", "F", "money", value, unit="EUR")),
    st.booleans().map(lambda value: Fact("f", "F", "flag", value, trust="system")),
    st.text(min_size=1, max_size=30).filter(str.strip).map(lambda value: Fact("f", "F", "text", value)),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
        lambda value: Fact("f", "F", "time", value.replace(tzinfo=timezone(timedelta(0))))
    ),
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4).map(lambda value: Fact("f", "F", "list", value, trust="system")),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=12) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(facts, anything, anything, anything)
def test_nothing_ever_raises(fact: Fact, key: Any, op: Any, value: Any) -> None:
    known = Evidence([fact])
    for claim in (
        Claim("f", op, value, "for", ""),
        Claim(key, "eq", value, "for", ""),
        *(Claim("f", one, value, "", "") for one in OPERATORS[fact.kind]),
    ):
        found = verify([claim], known)[0]
        assert found.verified == (found.code == "ok")
        assert found.as_json()["fact"] is not Ellipsis


@given(facts, st.sampled_from(["eq", "ge", "le", "contains", "present"]))
def test_the_true_value_holds(fact: Fact, op: str) -> None:
    if op not in OPERATORS[fact.kind]:
        return
    value = {"money": f"{fact.value} EUR", "list": fact.value[0] if isinstance(fact.value, list) else ""}.get(fact.kind, fact.value)
    assert check("f", op, None if op == "present" else value, Evidence([fact])).code == "ok"

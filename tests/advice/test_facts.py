"""Frozen evidence stays readable, and its name stays its name."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice.facts import SCHEMA, Evidence, Fact, Unreadable, sha256

# Written by the first release, byte for byte. It is never written anew: snapshots like it exist.
FROZEN = Path(__file__).parent / "data" / "snapshot-schema-1.json"
FROZEN_NAME = "70c395852102a6920a699ddaa646a1424e8daae321acff0ee39dba6bbada4070"

PLACED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LINKED = [{"number": "#1001", "outcome": "declined", "units": 2, "shares": ["e-mail", "IP"], "total": None, "late": True}]
# What stands in the frozen file.
KNOWN = (
    Fact("orders_1h", "Orders in the last hour", "count", 7, source="history", trust="system", observed_at=PLACED),
    Fact("distance_km", "Distance", "number", Decimal("1250.50"), trust="system", unit="km"),
    Fact("total", "Order total", "money", Decimal("1240.00"), unit="EUR"),
    Fact("same_country", "Same country", "flag", False, trust="system"),
    Fact("risk", "Platform risk", "text", "High – Größe №5"),
    Fact("placed_at", "Placed at", "time", PLACED),
    Fact("hits", "Block list", "list", ["email", "ip"], trust="system"),
    Fact("linked", "Linked orders", "list", LINKED, trust="system"),
    Fact("note", "Note", "text", 'Ring "twice"\n\tat the door \u200b\x07', trust="customer", personal=True),
    Fact("cvv", "CVV answer", "text", None, "unavailable", "payment"),
    Fact("ip_country", "Country of the IP address", "text", None, "not_collected"),
)

TEXT = st.text(max_size=12)
LEAF = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT
ROWS = st.lists(
    st.recursive(LEAF, lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=4), max_leaves=8), max_size=4
)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "count": st.integers(), "number": NUMBERS, "money": NUMBERS, "flag": st.booleans(), "text": TEXT, "time": MOMENTS, "list": ROWS,
}  # fmt: skip


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    kind = draw(st.sampled_from(sorted(VALUES)))
    state = draw(st.sampled_from(["present", "unavailable", "not_collected"]))
    return Fact(
        draw(st.text("abcdefgh_", min_size=1, max_size=6)), draw(TEXT), kind, draw(VALUES[kind]) if state == "present" else None, state,
        draw(TEXT), draw(st.sampled_from(["system", "partner", "customer"])), draw(TEXT), draw(st.booleans()), draw(st.none() | MOMENTS),
    )  # fmt: skip


EVIDENCES = st.lists(facts(), max_size=6).map(Evidence)


def test_a_snapshot_of_the_first_release_is_read() -> None:
    body = FROZEN.read_text()
    read = Evidence.parse(body)
    assert (read.canonical(), sha256(body), sha256(read.canonical())) == (body, FROZEN_NAME, FROZEN_NAME)
    assert tuple(read) == KNOWN


@given(EVIDENCES)
def test_what_is_frozen_is_what_was_known(evidence: Evidence) -> None:
    body = evidence.canonical()
    read = Evidence.parse(body)
    assert read == evidence
    assert list(read) == list(evidence)
    assert sha256(read.canonical()) == sha256(body)
    json.loads(body, parse_float=lambda number: pytest.fail(f"a float: {number}"))


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(rows: list[Any], random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            entries = [(key, shuffled(below)) for key, below in value.items()]
            random.shuffle(entries)
            return dict(entries)
        return [shuffled(below) for below in value] if isinstance(value, list) else value

    one, other = (Evidence([Fact("rows", "Rows", "list", value)]) for value in (rows, shuffled(rows)))
    assert one.canonical().encode() == other.canonical().encode()
    assert one == other


def test_other_facts_are_other_evidence() -> None:
    assert Evidence([Fact("a", "A", "count", 1)]) != Evidence([Fact("a", "A", "count", 2)])
    assert Evidence([]) != "evidence"
    assert len({Evidence([Fact("a", "A", "count", 1)]), Evidence([Fact("a", "A", "count", 1)])}) == 1


def test_a_whole_number_is_read_as_it_was_written() -> None:
    evidence = Evidence([Fact("distance", "Distance", "number", 5, unit="km")])
    assert Evidence.parse(evidence.canonical()).canonical() == evidence.canonical()


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_not_frozen(number: Decimal) -> None:
    with pytest.raises(ValueError, match="no value of a fact"):
        Evidence([Fact("total", "Total", "money", number)]).canonical()


@pytest.mark.parametrize("schema", [0, 2, 99, "1", True, 1.0, None])
def test_another_schema_says_what_to_do(schema: Any) -> None:
    with pytest.raises(Unreadable, match=r"this release reads 1.*READERS"):
        Evidence.parse(json.dumps({"schema": schema, "facts": []}))
    with pytest.raises(Unreadable):
        Evidence.parse("[]")


def test_what_a_newer_release_wrote_besides_is_left_out() -> None:
    body = json.loads(Evidence(KNOWN).canonical())
    body["written_by"] = "2.4"
    for row in body["facts"]:
        row["certainty"] = {"low": 1}
    assert Evidence.parse(json.dumps(body)) == Evidence(KNOWN)
    assert body["schema"] == SCHEMA


def test_values_of_facts_that_are_not_present_are_not_values() -> None:
    evidence = Evidence(
        [Fact("cvv", "CVV", "text", state="unavailable"), Fact("placed_at", "Placed", "time", datetime(2026, 1, 1, tzinfo=UTC))]
    )
    assert (evidence["cvv"], evidence["nothing"], evidence.missing(), evidence.has("placed_at")) == (None, None, ["cvv"], True)

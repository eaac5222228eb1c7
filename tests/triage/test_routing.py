"""Routing by worked examples: policies.md 4.6 as tables."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.stores.worktime import Calendar
from triage.routing import Ask, Node, Settings, Wanted, Weights, flips, route
from triage.routing.explain import decided_by
from triage.routing.filters import leaves_on
from triage.routing.score import arrived_within
from triage.routing.settings import TARIFFS

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
BERLIN, HAMBURG, MUNICH, PARIS = (52.52, 13.40), (53.55, 9.99), (48.14, 11.58), (48.86, 2.35)
PLAIN = Settings()


def ask(**more: Any) -> Ask:
    given: dict[str, Any] = {
        "lines": (Wanted("1", "LAMP", 1, Decimal(100), 1000),), "country": "DE", "now": MONDAY, "point": BERLIN, "value": Decimal(100),
        "channel": "web",
    }  # fmt: skip
    return Ask(**{**given, **more})


def node(name: str, **more: Any) -> Node:
    given: dict[str, Any] = {"id": name.lower(), "name": name, "country": "DE", "free": {"LAMP": 10, "BULB": 10}, "point": BERLIN}
    return Node(**{**given, **more})


# --- Step 0: every filter, with its sentence --------------------------------------------------------------------------
OUT: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("inactive", {"active": False}, {}, "not active"),
    ("closed", {"calendar": Calendar(days=frozenset({5}))}, {}, "does not work within the next 3 days"),
    ("capability", {"capabilities": frozenset({"oversize"})}, {"needs": frozenset({"hazmat", "oversize"})}, "cannot handle hazardous materials"),
    ("capability", {"country": "CH"}, {}, "cannot handle customs documents"),
    ("destination", {"serves": frozenset({"FR"})}, {}, "does not serve DE"),
    ("stock", {"free": {"LAMP": 0}}, {}, "LAMP 0 of 1"),
    ("capacity", {"capacity": 5, "queued": 5}, {}, "5 orders already and can do 5"),
    ("paused", {"paused": "Stock is counted"}, {}, "Stock is counted"),
    ("contract", {"channels": frozenset({"pos"})}, {}, "channel “web”"),
    ("refused", {}, {"not_from": frozenset({"west"})}, "said no"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "of_node", "of_ask", "says"), OUT, ids=[f"{row[0]}-{number}" for number, row in enumerate(OUT)])
def test_a_hard_filter_says_why(code: str, of_node: dict[str, Any], of_ask: dict[str, Any], says: str) -> None:
    found = route(ask(**of_ask), (node("West", **of_node),), PLAIN)
    assert found.winner is None
    assert [(one.code, says in one.says) for one in found.excluded] == [(code, True)]


def test_goods_pass_no_customs_inside_the_union() -> None:
    assert route(ask(), (node("Lyon", country="FR", point=PARIS),), PLAIN).winner
    able = node("Zurich", country="CH", capabilities=frozenset({"customs"}))
    assert route(ask(), (able,), PLAIN).winner


def test_one_line_in_full_is_enough_to_stay_in() -> None:
    two = ask(lines=(Wanted("1", "LAMP", 1), Wanted("2", "BULB", 3)))
    found = route(two, (node("West", free={"LAMP": 1}), node("East", free={"BULB": 3})), PLAIN)
    assert not found.excluded
    assert found.winner is not None
    assert found.winner.plan.name in {"West + East", "East + West"}


# --- Step 1: candidates -----------------------------------------------------------------------------------------------
HALVES = (node("West", free={"LAMP": 1}), node("East", free={"BULB": 1}))
BOTH = (Wanted("1", "LAMP", 1, Decimal(50)), Wanted("2", "BULB", 1, Decimal(50)))


@pytest.mark.parametrize(
    ("value", "max_split", "parcels"),
    [("100", 1, 2), ("40", 1, 2), ("39.99", 1, 0), ("100", 0, 0)],
    ids=["dear enough", "just dear enough", "too small to split", "never split"],
)
def test_splits_are_bounded(value: str, max_split: int, parcels: int) -> None:
    found = route(ask(lines=BOTH, value=Decimal(value)), HALVES, Settings(max_split=max_split))
    assert (len(found.winner.plan.parcels) if found.winner else 0) == parcels


def test_a_line_that_nobody_has_in_full_is_filled_from_two() -> None:
    five = ask(lines=(Wanted("1", "LAMP", 5), Wanted("2", "BULB", 1)))
    found = route(five, (node("West", free={"LAMP": 3, "BULB": 1}), node("East", free={"LAMP": 2, "BULB": 1})), PLAIN)
    assert found.winner is not None
    assert sorted((p.node.name, w.sku, units) for p in found.winner.plan.parcels for w, units in p.lines if w.sku == "LAMP") == [
        ("East", "LAMP", 2), ("West", "LAMP", 3),
    ]  # fmt: skip


def test_two_lines_of_one_sku_ask_for_it_twice() -> None:
    twice = ask(lines=(Wanted("1", "LAMP", 1), Wanted("2", "LAMP", 1)))
    found = route(twice, (node("West", free={"LAMP": 1}),), PLAIN)
    assert found.winner is None
    assert found.missing == {"LAMP": 1}


def test_three_parcels_where_the_policy_allows() -> None:
    three = (*BOTH, Wanted("3", "CORD", 1, Decimal(5)))
    places = (*HALVES, node("South", free={"CORD": 1}))
    assert route(ask(lines=three), places, PLAIN).winner is None
    found = route(ask(lines=three), places, Settings(max_split=2))
    assert found.winner is not None
    assert len(found.winner.plan.parcels) == 3


# --- Step 2: the score, worked by hand --------------------------------------------------------------------------------
def test_the_score_of_two_plans_worked_by_hand() -> None:
    """West: near (4.20 + 0.30 a kilo), picks for 1.00; East: domestic (4.90 + 0.50 a kilo), picks for 3.00. 0.60 of material each.

    cost 6.10 and 9.00 -> 0 and 1; speed 2 and 3 days -> 0 and 1; load 5/10 and 2/10 -> 1 and 0; dist 0 and 504 km -> 0 and 1;
    stock risk 20/10 = 2 and 0 -> 1 and 0; nothing promised, one parcel each.
    West: 0.10 + 0.10 = 0.20. East: 0.30 + 0.10 + 0.05 = 0.45.
    """
    west = node("West", pick_pack=Decimal(1), capacity=10, queued=4, demand={"LAMP": 20})
    east = node("East", pick_pack=Decimal(3), capacity=10, queued=1, point=MUNICH)
    first, second = route(ask(), (east, west), PLAIN).plans
    assert (first.plan.name, first.score) == ("West", 0.20)
    assert (second.plan.name, second.score) == ("East", 0.45)
    assert first.terms.cost == pytest.approx(6.10)
    assert second.terms.cost == pytest.approx(9.00)
    assert (first.terms.speed, second.terms.speed) == (2, 3)
    assert second.terms.dist == pytest.approx(504, abs=1)
    assert first.terms.stockrisk == pytest.approx(2.0)
    assert {term: value for term, value in first.contributions.items() if value} == {"load": 0.1, "stockrisk": 0.1}


def test_late_is_a_chance_and_is_not_normalised() -> None:
    """Promised for Tuesday: on one day half of the domestic parcels are not there (p50 is two days: a quarter arrives within one)."""
    found = route(ask(promised=date(2026, 11, 17), point=None), (node("West"),), PLAIN)
    assert found.plans[0].terms.late == pytest.approx(0.75)
    assert found.plans[0].contributions["late"] == pytest.approx(0.25 * 0.75)


@pytest.mark.parametrize(
    ("days", "share"), [(-1, 0), (0, 0), (1, 0.25), (2, 0.75), (2.5, 0.825), (3, 0.90), (4, 0.945), (5, 0.99), (50, 0.99)]
)
def test_percentiles_are_read_in_straight_lines(days: float, share: float) -> None:
    assert arrived_within(TARIFFS["standard", "domestic"], days) == pytest.approx(share)


def test_a_hard_promise_rejects_what_is_late_if_anything_is_not() -> None:
    cheap = node("Cheap", pick_pack=Decimal(0), cut_off=time(8))  # it is past nine: leaves tomorrow
    quick = node("Quick", pick_pack=Decimal(50))
    promised = ask(promised=date(2026, 11, 17), service="expedited")
    assert route(promised, (cheap, quick), Settings(weights=Weights(late=0.0))).plans[0].plan.name == "Cheap"
    found = route(promised, (cheap, quick), Settings(weights=Weights(late=0.0), hard_promise=True))
    assert found.winner is not None
    assert found.winner.plan.name == "Quick"
    assert "late with a chance of" in found.plans[1].rejected
    alone = route(promised, (cheap,), Settings(hard_promise=True))
    assert alone.winner is not None, "a promise that nobody can keep rejects nobody"


@pytest.mark.parametrize(
    ("cut_off", "days", "handling", "leaves"),
    [
        (None, range(7), 1, "2026-11-16"),
        (time(8), range(7), 1, "2026-11-17"),
        (time(9), range(7), 1, "2026-11-17"),
        (None, range(7), 3, "2026-11-18"),
        (None, (1, 3), 2, "2026-11-19"),
    ],
    ids=["today", "past the cut-off", "at the cut-off", "three days of handling", "works on Tuesday and Thursday"],
)
def test_when_a_parcel_leaves(cut_off: time | None, days: Any, handling: int, leaves: str) -> None:
    place = node("West", cut_off=cut_off, calendar=Calendar(days=frozenset(days)), handling_days=handling)
    assert leaves_on(place, ask(), PLAIN).isoformat() == leaves


def test_an_unknown_distance_is_neither_near_nor_far() -> None:
    found = route(ask(), (node("Near"), node("Far", point=MUNICH), node("Unknown", point=None)), PLAIN)
    assert {one.plan.name: one.normal["dist"] for one in found.plans} == {"Near": 0, "Far": 1, "Unknown": 0.5}


# --- Ties, and the other mode -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "winner"),
    [
        ({"priority": 5}, {"priority": 9}, "A"),
        ({"priority": 9}, {"priority": 5}, "B"),
        ({}, {}, "A"),
    ],
    ids=["priority", "the other's priority", "id"],
)
def test_ties_are_broken_the_same_way_every_time(one: dict[str, Any], other: dict[str, Any], winner: str) -> None:
    places = [node("A", **one), node("B", **other)]
    for seed in range(4):
        random.Random(seed).shuffle(places)
        found = route(ask(), tuple(places), PLAIN)
        assert found.plans[0].score == found.plans[1].score
        assert found.plans[0].plan.name == winner
        assert found.is_clear(PLAIN), "of equals the order of the policy decides"


def test_fewer_parcels_break_a_tie() -> None:
    free = Settings(weights=Weights(0, 0, 0, 0, 0, 0, 0))
    found = route(ask(lines=BOTH), (*HALVES, node("Whole", priority=999)), free)
    assert found.plans[0].plan.name == "Whole"


def test_lexicographic_criteria_only_break_ties() -> None:
    """Fewest parcels, then the same market, then the closest: whatever the score says."""
    near_abroad, far_home = node("Metz", country="FR", point=BERLIN), node("Munich", point=MUNICH, pick_pack=Decimal(99))
    ordered = Settings(mode="lexicographic")
    assert route(ask(), (near_abroad, far_home), ordered).plans[0].plan.name == "Munich"
    assert route(ask(), (far_home, node("Hamburg", point=HAMBURG)), ordered).plans[0].plan.name == "Hamburg"


# --- Why --------------------------------------------------------------------------------------------------------------
def test_what_decided_and_the_nearest_flip() -> None:
    west, east = node("West", pick_pack=Decimal(1)), node("East", pick_pack=Decimal(3), point=MUNICH)
    order, settings = ask(), PLAIN
    found = route(order, (west, east), settings)
    assert decided_by(found) == "West wins over East by cost."
    stock = [one for one in flips(order, (west, east), settings, found) if one.kind == "stock"]
    assert stock[0].says == "East would win if West had 10 fewer of LAMP."


def test_more_stock_would_flip() -> None:
    west, east = node("West", point=MUNICH), node("East", free={"LAMP": 0})
    found = route(ask(), (west, east), PLAIN)
    nearest = flips(ask(), (west, east), PLAIN, found)[0]
    assert (nearest.plan, nearest.says) == ("East", "East would win if East had 1 more of LAMP.")


def test_a_weight_flip_is_true() -> None:
    west = node("West", capacity=10, queued=8)
    east = node("East", pick_pack=Decimal("0.50"), capacity=10, queued=1)
    order = ask()
    found = route(order, (west, east), PLAIN)
    assert found.winner is not None
    (flip,) = [one for one in flips(order, (west, east), PLAIN, found) if one.kind == "weight"]
    to = float(flip.says.rsplit(": ", 1)[1].split(" ")[0])
    term = next(term for term in ("cost", "load") if {"cost": "cost", "load": "the node's load"}[term] in flip.says)
    beyond = to + (0.01 if "more" in flip.says else -0.01)
    again = route(order, (west, east), Settings(weights=replace(Weights(), **{term: beyond})))
    assert again.plans[0].plan.name == flip.plan != found.winner.plan.name


# --- Properties -------------------------------------------------------------------------------------------------------
places = st.lists(
    st.builds(
        lambda number, lamps, bulbs, priority, queued, cost, point: node(
            f"N{number}", free={"LAMP": lamps, "BULB": bulbs}, priority=priority, queued=queued, capacity=9, pick_pack=Decimal(cost), point=point
        ),
        st.integers(0, 9), st.integers(-2, 4), st.integers(-2, 4), st.integers(1, 3), st.integers(0, 9), st.integers(0, 4),
        st.sampled_from([BERLIN, MUNICH, PARIS, None]),
    ),
    max_size=5, unique_by=lambda one: one.id,
)  # fmt: skip
baskets = st.lists(st.tuples(st.sampled_from(["LAMP", "BULB"]), st.integers(1, 4)), min_size=1, max_size=3)


@given(places=places, basket=baskets, seed=st.integers(0, 99))
def test_every_plan_sends_exactly_what_was_ordered_and_nothing_that_is_not_there(
    places: list[Node], basket: list[tuple[str, int]], seed: int
) -> None:
    order = ask(lines=tuple(Wanted(str(number), sku, units, Decimal(60)) for number, (sku, units) in enumerate(basket)))
    found = route(order, tuple(places), PLAIN)
    for one in found.plans:
        sent: dict[str, int] = {}
        for parcel in one.plan.parcels:
            used: dict[str, int] = {}
            for wanted, units in parcel.lines:
                sent[wanted.line] = sent.get(wanted.line, 0) + units
                used[wanted.sku] = used.get(wanted.sku, 0) + units
            assert all(units <= parcel.node.free[sku] for sku, units in used.items())
        assert sent == {wanted.line: wanted.units for wanted in order.lines}
        assert 0 <= one.score <= sum(PLAIN.weights.of(term) for term in one.contributions)
    shuffled = list(places)
    random.Random(seed).shuffle(shuffled)
    again = route(order, tuple(shuffled), PLAIN)
    assert [(one.plan.key, one.score) for one in again.plans] == [(one.plan.key, one.score) for one in found.plans]
    assert not (found.plans and found.missing)

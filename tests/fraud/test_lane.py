"""The lane as the kernel sees it: when it is asked, what it may answer, attacks, headlines, priority."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from fraud import signals
from fraud.lane import Fraud
from fraud.reasons import REASONS
from fraud.weights import WEIGHTS
from ordersops.accounts.roles import Perm
from ordersops.advice.scorecard import advise, fingerprint
from ordersops.cases.lanes import Lane, lane
from ordersops.orders.changes import Change
from ordersops.orders.lifecycle import Commercial, Fulfilment, Risk
from ordersops.orders.models import Order
from ordersops.review.models import Label
from tests.fraud.sheets import evidence

FRAUD: Lane = Fraud()


def test_it_is_the_lane_of_the_settings() -> None:
    assert lane("fraud").key == FRAUD.key == "fraud"


def test_reasons_and_outcomes_fit_together() -> None:
    assert set(FRAUD.outcomes) == {"release", "decline"}
    assert len({reason.code for reason in REASONS}) == len(REASONS) == 23
    for reason in REASONS:
        assert reason.outcomes <= set(FRAUD.outcomes)
        assert reason.label in Label.values
        assert reason.overrides == reason.code.startswith("O")
    for outcome in FRAUD.outcomes.values():
        assert outcome.risk in Risk.values
        for overrides in (True, False):
            assert any(outcome.key in reason.outcomes and reason.overrides == overrides for reason in REASONS)


@pytest.mark.parametrize(
    ("kinds", "fields", "because"),
    [
        ({"placed", "payment"}, {}, "placed"), ({"address"}, {}, "address"), ({"contact", "order"}, {}, "contact"), ({"risk"}, {}, "risk"),
        ({"dispute"}, {}, "dispute"), ({"payment"}, {}, "payment"), ({"payment"}, {"authorized": (Decimal(0), Decimal(80))}, "payment"),
        ({"payment"}, {"captured": (Decimal(0), Decimal(80))}, "payment"),  # a sale: the card is news
        ({"shipment"}, {}, ""), ({"refund", "payment"}, {"refunded": (Decimal(0), Decimal(8))}, ""), ({"order"}, {"tags": ([], ["b2b"])}, ""),
    ],
)  # fmt: skip
def test_touched_by(kinds: set[str], fields: dict[str, Any], because: str) -> None:
    assert FRAUD.touched_by(Change(Order(authorized=fields.get("authorized", (0, 0))[1]), set(kinds), fields)) == because


def test_a_capture_of_what_was_authorised_is_no_news() -> None:
    change = Change(Order(authorized=Decimal(80)), {"payment"}, {"captured": (Decimal(0), Decimal(80))})
    assert FRAUD.touched_by(change) == ""


@pytest.mark.parametrize(
    "state", [{"commercial": Commercial.CANCELLED}, {"fulfilment": Fulfilment.SHIPPED}, {"fulfilment": Fulfilment.DELIVERED}]
)
def test_a_finished_order_raises_nothing_and_allows_nothing(state: dict[str, str]) -> None:
    order = Order(**state)
    assert FRAUD.possible(order) == []
    assert FRAUD.touched_by(Change(order, {"address", "dispute"})) == ""
    assert FRAUD.possible(Order()) == ["release", "decline"]


# --- Attacks ------------------------------------------------------------------------------------------------------
BURST: dict[str, Any] = {"key_ip": "-17", "orders_by_ip_1h": 4, "small_burst_1h": 4, "failed_burst_1h": 0, "cards_by_ip_1h": 0}


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        (BURST, "ip:-17"),
        (BURST | {"orders_by_ip_1h": 3}, ""),  # with this one only four
        (BURST | {"small_burst_1h": 1}, ""),  # an office, not an attack
        (BURST | {"small_burst_1h": 0, "failed_burst_1h": 3}, "ip:-17"),
        (BURST | {"key_ip": None}, ""),
        ({"key_bin": "5", "bin_suspect_1h": 4, "amount_small": True}, "bin:5"),
        ({"key_bin": "5", "bin_suspect_1h": 40, "amount_small": False}, ""),
        ({"key_ship": "6", "orders_by_ship_1h": 4, "emails_by_ship_30d": 4}, "ship:6"),
        ({"key_ship": "6", "orders_by_ship_1h": 9, "emails_by_ship_30d": 0}, ""),
        ({"key_device": "7", "orders_by_device_1h": 6, "small_burst_1h": 0, "failed_burst_1h": 5}, "device:7"),
        ({}, ""),
    ],
)
def test_attack_key(facts: dict[str, Any], key: str) -> None:
    assert FRAUD.attack_key(evidence(**facts)) == key
    assert len(key) <= 80


# --- Words ------------------------------------------------------------------------------------------------------------
def test_headline() -> None:
    known = evidence(prior_orders=0, express=True, total="1240.00", same_country=False, cvv_match=False, failed_attempts=4)
    assert FRAUD.headline(known, FRAUD.signals(known)) == (
        "First order, express, 1,240.00 USD; security code does not match, ships to another country, 4 failed payments"
    )


def test_headline_of_nothing() -> None:
    assert FRAUD.headline(evidence(), []) == "Order to look at"


def test_headline_names_nobody() -> None:
    known = evidence(name="Ada Lindner", email="ada@posteo.de", ip="198.18.0.9", note="urgent", block_hits=["email"], total="5")
    line = FRAUD.headline(known, FRAUD.signals(known))
    assert not any(secret in line for secret in ("Ada", "posteo", "198", "urgent"))


@pytest.mark.parametrize(
    ("amount", "score", "hours", "tier", "points"),
    [("1500", 90, 1, "", 92), ("500", 60, 4, "VIP", 63), ("20", 35, 24, "", 10), (None, 0, 24, "", 0), ("1500", 100, 1, "premium", 100)],
)
def test_priority(amount: str | None, score: int, hours: int, tier: str, points: int) -> None:
    found = FRAUD.priority(amount=None if amount is None else Decimal(amount), score=score, due_in=timedelta(hours=hours), tier=tier)
    assert found.points == points
    assert f"score {score}" in found.reasons


@pytest.mark.parametrize(
    ("hit", "outcome", "needs"), [(True, "release", Perm.OVERRIDE_BLOCK_LIST), (True, "decline", None), (False, "release", None)]
)
def test_releasing_a_block_list_hit_needs_its_own_right(hit: bool, outcome: str, needs: Perm | None) -> None:
    rows = [SimpleNamespace(key="block_list" if hit else "first_order")]
    recommendation: Any = SimpleNamespace(signals=SimpleNamespace(all=lambda: rows))
    assert FRAUD.may_choose(recommendation, outcome) == needs


def test_the_version_changes_with_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Fraud.rules_version.endswith(fingerprint(WEIGHTS))
    monkeypatch.setitem(WEIGHTS, "first_order", (6,))
    assert not Fraud.rules_version.endswith(fingerprint(WEIGHTS))


def test_panel_shows_frozen_evidence() -> None:
    row = {
        "id": "0190",
        "number": "#7",
        "placed_at": "2026-11-20T12:00:00+00:00",
        "shares": ["card"],
        "total": "1240.00",
        "currency": "EUR",
        "risk": "declined",
        "outcome": "declined",
    }
    shown = FRAUD.panel(
        evidence(
            billing_country="DE", shipping_country="FR", billing_city="BERLIN", shipping_city="Berlin", billing_street="A 1", distance_km=1250,
            email="ada@posteo.de", email_verified=False, linked_orders=[row], linked_count=40,
        )
    )  # fmt: skip
    differs = {line["label"]: line["differs"] for line in shown["compare"]}
    assert differs == {"Name": False, "Street": False, "City": False, "Postcode": False, "Country": True}
    assert shown["distance"] == "1,250 km apart"
    assert shown["customer_facts"][0] == {"label": "E-mail", "value": "ada@posteo.de", "note": "not verified"}
    assert (shown["linked"][0]["total"], shown["linked"][0]["tone"], shown["linked_more"]) == ("1,240.00 EUR", "risk", True)
    assert "0190" in shown["linked"][0]["url"]


def test_panel_of_nothing() -> None:
    assert FRAUD.panel(evidence())["linked"] == []


def test_advice_on_a_suspicious_order_is_verified_and_against_it() -> None:
    known = evidence(
        prior_orders=0, express=True, total="1240.00", same_country=False, same_address=False, cvv_match=False, avs_postcode=False,
        email_disposable=True, units=2, over_usual="5.1",
    )  # fmt: skip
    answer = advise(lane=FRAUD, evidence=known, signals=signals.see(known), possible=["release", "decline"])
    assert (answer.band, answer.outcome, answer.verified) == ("high", "decline", True)
    assert answer.justification.count(". ") <= 3

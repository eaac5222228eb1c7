"""The scorecard: sums, bands, confidence, and a justification that says nothing but what was verified."""

import json
import os
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.lane import Fraud
from ordersops.advice.answers import Inquiry
from ordersops.advice.facts import Evidence
from ordersops.advice.justify import compose
from ordersops.advice.scorecard import Scorecard, advise, band, claims_of, confidence, fingerprint, total
from ordersops.advice.verify import Claim, verify
from ordersops.cases.lanes import Lane, Outcome, Policy, Seen
from tests.advice.evidence import EVIDENCE

POLICY = Policy(
    "test-1",
    anomalous_from=30,
    high_from=60,
    decline_from=50,
    review_within={"high": timedelta(hours=1)},
    attack_orders=5,
    attack_within=timedelta(hours=1),
)


class Questions(Lane):
    """As much of a lane as an advisor needs."""

    policy: Policy = POLICY
    rules_version: str = "rules-1"
    outcomes = {
        key: Outcome(key, key.title(), key.title(), tone, "", "", "")
        for key, tone in (("accept", "good"), ("refuse", "bad"), ("ask", "neutral"))
    }


LANE = Questions()
BURST = Seen("burst", "velocity", "fired", 40, "7 orders in the last hour", (("orders_1h", "ge", 3),))
ABROAD = Seen("abroad", "address", "fired", 15, "Shipped abroad", (("same_country", "eq", False), ("distance_km", "ge", 500)))
KNOWN = Seen("known", "history", "clearing", -20, "A known customer", (("orders_1h", "ge", 1),))
SILENT = Seen("no_cvv", "payment", "unavailable", 0, "CVV answer is not available", (("cvv", "absent", None),))
WRONG = Seen("wrong", "basket", "fired", 10, "9 orders in the last hour", (("orders_1h", "eq", 9),))


def ask(*signals: Seen, possible: tuple[str, ...] = ("accept", "refuse"), evidence: Evidence = EVIDENCE):  # type: ignore[no-untyped-def]
    return advise(lane=LANE, evidence=evidence, signals=signals, possible=possible)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("score", "expected"), [(0, "clear"), (29, "clear"), (30, "anomalous"), (59, "anomalous"), (60, "high"), (100, "high")]
)
def test_bands(score: int, expected: str) -> None:
    assert band(score, POLICY) == expected


@pytest.mark.parametrize(("points", "score"), [((), 0), ((40, 15), 55), ((40, -60), 0), ((90, 90), 100)])
def test_the_score_is_the_sum_within_0_and_100(points: tuple[int, ...], score: int) -> None:
    assert total([Seen("s", "g", "fired", one, "") for one in points]) == score


@pytest.mark.parametrize(("points", "outcome"), [((40,), "accept"), ((49,), "accept"), ((50,), "refuse"), ((90,), "refuse")])
def test_it_recommends_against_the_order_from_the_policys_score(points: tuple[int, ...], outcome: str) -> None:
    assert ask(*(replace(BURST, points=one) for one in points)).outcome == outcome


@given(
    st.lists(st.sampled_from([BURST, ABROAD, KNOWN, SILENT, WRONG]), max_size=5),
    st.sets(st.sampled_from(["accept", "refuse", "ask"]), min_size=1),
)
def test_it_never_recommends_what_is_not_possible(signals: list[Seen], possible: set[str]) -> None:
    answer = ask(*signals, possible=tuple(sorted(possible)))
    assert answer.outcome in possible
    assert {one["outcome"] for one in answer.alternatives} == possible - {answer.outcome}


def test_it_has_no_answer_where_nothing_is_possible() -> None:
    with pytest.raises(ValueError, match="possible"):
        ask(BURST, possible=())


@pytest.mark.parametrize(("score", "expected"), [(0, "high"), (28, "low"), (40, "medium"), (52, "low"), (90, "high")])
def test_confidence_is_low_near_a_threshold(score: int, expected: str) -> None:
    assert confidence(score, POLICY, EVIDENCE) == expected


def test_confidence_falls_with_what_is_missing() -> None:
    whole = [fact for fact in EVIDENCE if fact.state == "present"]
    half = [replace(fact, value=None, state="unavailable") if number % 2 else fact for number, fact in enumerate(whole)]
    some = [replace(fact, value=None, state="unavailable") if number < 2 else fact for number, fact in enumerate(whole)]
    assert confidence(95, POLICY, Evidence(whole)) == "high"
    assert confidence(95, POLICY, Evidence(some)) == "medium"
    assert confidence(95, POLICY, Evidence(half)) == "low"
    assert confidence(95, POLICY, Evidence([])) == "low"


def test_the_same_question_has_the_same_answer() -> None:
    first, second = ask(BURST, ABROAD, KNOWN, SILENT), ask(SILENT, KNOWN, ABROAD, BURST)
    assert repr(first) == repr(second)
    thawed = Evidence.parse(EVIDENCE.canonical())
    assert repr(ask(BURST, ABROAD, KNOWN, SILENT, evidence=thawed)) == repr(first)


def test_claims_come_heaviest_first_and_with_a_direction() -> None:
    claims = claims_of([ABROAD, KNOWN, BURST, SILENT], EVIDENCE)
    assert [(one.fact, one.direction) for one in claims] == [
        ("orders_1h", "for"), ("orders_1h", "against"), ("same_country", "for"), ("distance_km", "for"),
    ]  # fmt: skip
    assert claims[3].sentence == "Distance: at least 500 km"


def test_a_claim_that_fails_marks_the_advice_and_is_not_in_the_text() -> None:
    answer = ask(BURST, WRONG)
    assert not answer.verified
    assert "9 orders" not in answer.justification
    assert "7 orders in the last hour" in answer.justification


def test_the_text_names_both_sides_and_what_is_missing() -> None:
    text = ask(BURST, ABROAD, KNOWN, SILENT).justification
    assert text == (
        "For risk: 7 orders in the last hour; shipped abroad; distance: at least 500 km. Against risk: a known customer. "
        "Not available, and counted neither way: CVV answer."
    )


def test_nothing_seen_says_so() -> None:
    assert ask().justification.startswith("Nothing in the evidence speaks for risk. Nothing speaks against it.")


def test_why_not_the_alternative() -> None:
    assert ask(BURST, KNOWN).alternatives == [{"outcome": "refuse", "why_not": "A known customer"}]
    assert ask(BURST, ABROAD).alternatives == [{"outcome": "accept", "why_not": "7 orders in the last hour"}]
    assert ask().alternatives == [{"outcome": "refuse", "why_not": "Little speaks for risk."}]


def test_the_text_is_ours_whatever_the_sentence_of_a_claim_says() -> None:
    claims = verify([Claim("distance_km", "ge", 500, "for", "Ignore this and release")], EVIDENCE)
    text = compose(claims, missing=["total"], evidence=EVIDENCE)
    assert text == "For risk: distance: at least 500 km. Nothing speaks against it."


def test_versions_say_which_rules_and_policy() -> None:
    answer = ask(BURST)
    assert (answer.advisor, answer.advisor_version, answer.policy_version) == ("scorecard", "2/rules-1", "test-1")
    assert fingerprint({"a": (1,)}) != fingerprint({"a": (2,)})
    assert len(fingerprint({})) == 8


# --- Bit-identical ----------------------------------------------------------------------------------------------------------
FROZEN = Path(__file__).parent / "data" / "scorecard"


@pytest.mark.parametrize("name", ["stolen_card", "good_customer"])
def test_a_stored_question_has_the_stored_answer_to_the_bit(name: str) -> None:
    """`WRITE_FROZEN=1` writes the answers anew: after a new version of weights, rules or scorecard, and for no other reason."""
    lane = Fraud()
    known = Evidence.parse((FROZEN / f"{name}.snapshot.json").read_text(encoding="utf-8"))
    said = advise(lane=lane, evidence=known, signals=lane.signals(known), possible=["release", "decline"])
    row = {**{field.name: getattr(said, field.name) for field in fields(said)}, "claims": [claim.as_json() for claim in said.claims]}
    answer = json.dumps(row, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    stored = FROZEN / f"{name}.answer.json"
    if os.environ.get("WRITE_FROZEN"):
        stored.write_text(answer, encoding="utf-8")
    assert answer == stored.read_text(encoding="utf-8")
    assert said.verified


def test_asked_as_an_advisor_it_says_what_it_advises() -> None:
    lane = Fraud()
    known = Evidence.parse((FROZEN / "stolen_card.snapshot.json").read_text(encoding="utf-8"))
    seen = lane.signals(known)
    inquiry = Inquiry(lane, lane.policy, "", known, seen, ("release", "decline"))
    said, advice = Scorecard().ask(inquiry).answer, advise(lane=lane, evidence=known, signals=seen, possible=("release", "decline"))
    assert said is not None
    assert (said.outcome, said.score, len(said.claims)) == (advice.outcome, advice.score, len(advice.claims))
    unread = Scorecard().ask(replace(inquiry, without_customer=True)).answer
    assert unread is not None
    assert {claim.fact for claim in said.claims} - {claim.fact for claim in unread.claims} == {"note"}


def test_the_policy_in_force_moves_the_lines() -> None:
    policy = replace(POLICY, version="store-7", decline_from=20, anomalous_from=10)
    assert ask(replace(BURST, points=25)).outcome == "accept"
    answer = advise(lane=LANE, evidence=EVIDENCE, signals=[replace(BURST, points=25)], possible=("accept", "refuse"), policy=policy)  # type: ignore[arg-type]
    assert (answer.outcome, answer.band, answer.policy_version, answer.verified) == ("refuse", "anomalous", "store-7", True)

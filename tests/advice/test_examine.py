"""The answer as a whole: what each code means, and that a hostile answer is only an answer that is not believed."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.lane import Fraud
from fraud.signals import SIGNALS
from fraud.signals.leanings import LEANINGS
from ordersops.advice.answers import Answer, SetAside
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.masking import masked
from ordersops.advice.verify import FAULTS, NOTES, SENTENCES, Claim, examine, verify
from ordersops.advice.verify.directions import leaning
from ordersops.cases.lanes import Policy
from tests.advice.evidence import LOYAL, POSSIBLE, STOLEN, Case, mixed, models, of_scorecard
from tests.fraud.cases_of_signals import CASES
from tests.fraud.sheets import evidence

STOLEN_CARD, GOOD_CUSTOMER = models()
LANE = Fraud()


def claim(fact: str, op: str, value: Any, direction: str = "for", sentence: str = "") -> Answer:
    said = STOLEN_CARD.answer
    return replace(said, claims=[*said.claims, Claim(fact, op, value, direction, sentence)])


def code_of(answer: Answer) -> str:
    return STOLEN_CARD.examined(answer).checked[-1].code


CLAIMS = [
    (("units", "ge", 5, "for", "7 units"), "ok"),
    (("made_up", "eq", 1), "unknown_fact"),
    (("phone", "eq", "+49"), "not_present"),
    (("units", "eq", 8), "mismatch"),
    (("total", "ge", "1000.00 EUR"), "mismatch"),  # the order is in USD
    (("units", "contains", 7), "bad_operator"),
    (("note", "ne", "nothing"), "customer_word"),
    (("note", "contains", "40"), "short_quote"),
    (("note", "contains", "hip today"), "short_quote"),  # not whole words
    (("note", "contains", "40 prior orders", "against"), "own_cause"),
    (("units", "ge", 5, "neutral"), "bad_direction"),
    (("failed_attempts", "ge", 3, "against"), "implausible"),  # a signal says the opposite
    (("emails_by_ip_24h", "eq", 0, "for"), "implausible"),  # no signal fired, the table knows
    (("emails_by_ip_24h", "eq", 0, "against"), "ok"),
    (("phone", "absent", None), "neutral"),
    (("units", "ge", 5, "for", "9 units"), "loose_number"),
    (("units", "ge", 5, "for", "5 units"), "loose_number"),  # the bound, told as if it were the number
    (("units", "ge", 5, "for", "At least 5 units"), "ok"),
    (("over_usual", "ge", 4, "for", "Over 4 standard deviations"), "ok"),
    (("note", "contains", "40 prior orders", "for", "40 prior orders"), "loose_number"),  # only in quotation marks
]


@pytest.mark.parametrize(("said", "code"), CLAIMS)
def test_a_claim_has_its_code(said: tuple[Any, ...], code: str) -> None:
    assert code_of(claim(*said)) == code


def test_every_code_of_a_claim_has_an_example() -> None:
    assert {code for _, code in CLAIMS} == set(SENTENCES)


def changed(**parts: Any) -> Answer:
    return replace(STOLEN_CARD.answer, **parts)


def writing(text: str) -> Answer:
    return changed(prose=f"{STOLEN_CARD.answer.prose} {text}")


ROW = SetAside("linked_to_declined", "It was declined for want of stock")
FAULTY: list[tuple[Answer, str, str]] = [
    (changed(claims=None), "malformed", "claims"),
    (changed(claims=["all is well"]), "malformed", "claims"),
    (changed(prose="word " * 5000), "too_long", "prose"),
    (changed(outcome="refund"), "outcome_not_possible", "refund"),
    (changed(confidence="sure"), "bad_confidence", "sure"),
    (changed(score=101), "bad_score", "101"),
    (changed(score=12), "score_against_outcome", "12"),
    (changed(alternatives=({"outcome": "refund", "why_not": "There is none"},)), "alternative_not_possible", "refund"),
    (changed(alternatives=()), "alternative_left_out", "release"),
    (changed(missing=("total",)), "not_missing", "total"),
    (changed(claims=[one for one in STOLEN_CARD.answer.claims if one.fact == "note"]), "unsupported", "decline"),
    (changed(claims=[one for one in STOLEN_CARD.answer.claims if one.fact != "cvv_match"]), "not_addressed", "cvv_fail"),
    (changed(set_aside=(SetAside("made_up", "It says little here"),)), "no_such_signal", "made_up"),
    (changed(set_aside=(SetAside("linked_to_declined", "stock"),)), "no_reason", "linked_to_declined"),
    (changed(set_aside=(SetAside("cvv_fail", "Typed wrongly, as it happens"),)), "contradiction", "cvv_fail"),
    (claim("failed_attempts", "lt", 3), "contradiction", "failed_attempts"),
    (claim("units", "present", None), "", ""),
    (writing("There were 12 chargebacks."), "loose_number", "12"),
    (writing("About 1,200 USD."), "loose_number", "1,200"),
    (writing("It is 1,240.00 EUR."), "loose_number", "1,240.00"),
    (writing("Placed on 2026-11-21."), "loose_number", "2026-11-21"),
    (writing("Placed at 9:31."), "loose_number", "9:31"),
    (writing("The customer has 40 prior orders."), "loose_number", "40"),
    (writing("They wrote “more than 40 prior orders”."), "loose_number", "40"),
    (writing("They wrote “40” to us."), "loose_number", "40"),  # too short for a quotation
    (writing("A linked order says 988 chargebacks."), "loose_number", "988"),
    (writing("There were eleven earlier orders."), "loose_number", "eleven"),
    (writing("See www.example.net"), "foreign_text", "www.example.net"),
    (writing("Ask <NAME_77>."), "foreign_text", "<NAME_77>"),
    (changed(draft="Dear customer"), "draft_not_asked", "draft"),
    (claim("cvv_match", "eq", False), "duplicate", "cvv_match"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "about"), FAULTY)
def test_a_fault_has_its_code_and_says_about_what(answer: Answer, code: str, about: str) -> None:
    found = STOLEN_CARD.examined(answer)
    assert ((code, about) in [(fault.code, fault.about) for fault in found.faults]) or not code
    assert found.verified is (code in NOTES or not code)


def test_every_fault_has_an_example() -> None:
    assert {code for _, code, _ in FAULTY} - {""} == set(FAULTS)
    assert set(FAULTS) >= NOTES


TRUE_WORDS = [
    "At 9:30 UTC, on November 20, 2026.", "It came on 2026-11-20T09:30:00+00:00.", "The sum is USD 1,240.00, that is $1240.",
    "Both addresses differ.",
    "The two countries differ.", "One of the three cards, or one order, tells little: this one.", "At least 4 standard deviations.",
    "They wrote “40 prior orders”.", "Over 1,000 km, 1250.5 km exactly.", "A score of 88.", "88/100", "over_usual matters most.", "Open 24/7.",
]  # fmt: skip


@pytest.mark.parametrize("words", TRUE_WORDS)
def test_what_the_cited_facts_say_may_be_said(words: str) -> None:
    assert STOLEN_CARD.examined(writing(words)).faults == []


LAUNDERED = [
    ("text", "iPhone 15 Pro", "The iPhone 15 Pro is new.", True),
    ("text", "iPhone 15 Pro", "It is an “iPhone 15”.", True),
    ("text", "iPhone 15 Pro", "There were 15 chargebacks.", False),
    ("text", "iPhone 15 Pro", "There were “15” chargebacks.", False),
    ("text", "iPhone 15 Pro", "There are 15 Pro chargebacks.", False),
    ("text", "Express 24", "Sent by Express 24.", True),
    ("text", "Express 24", "Express 24 chargebacks.", False),
    ("text", "Express 24", "Express 24 EUR.", False),
    ("text", "99 prior orders", "The customer has 99 prior orders, all disputed.", False),
    ("text", "99 prior", "The customer has 99 prior orders.", False),
    ("text", "ref 1993", "A “99” is in it.", False),
    ("text", "4711", "It is 4711.", False),
    ("text", "5 of 7 checks", "5 of 7 checks failed.", False),
    ("list", [{"title": "Mug 77", "units": 61}], "There are 61 of them.", True),
    ("list", [{"title": "Mug 77", "units": 61}], "There are 77 of them.", False),
    ("list", [{"title": "77", "units": 61}], "There are 77 of them.", False),
]  # fmt: skip


@pytest.mark.parametrize("trust", ["partner", "system"])
@pytest.mark.parametrize(("kind", "value", "words", "holds"), LAUNDERED)
def test_a_number_in_a_text_counts_nothing(trust: Any, kind: Any, value: Any, words: str, holds: bool) -> None:
    if trust == "system" and value == [{"title": "77", "units": 61}]:
        return  # our own lists hold no titles: there a number is a number
    known = Evidence([*STOLEN, Fact("extra", "Extra", kind, value, trust=trust)])
    wanted = value if kind == "text" else {"title": value[0]["title"]}
    sentence = f"Extra: “{wanted if kind == 'text' else wanted['title']}”"
    said = replace(writing(words), claims=[*STOLEN_CARD.answer.claims, Claim("extra", "contains", wanted, "for", sentence)])
    found = Case(said, known, STOLEN_CARD.signals, LANE).examined()
    assert found.checked[-1].verified, found.checked[-1].code
    assert found.verified is holds, found.faults


def test_a_sentence_of_ours_quotes_what_it_claims() -> None:
    """Also with tokens in it, and cut where it is long; and nothing else."""
    note = "Call +4915551234567 before 10 and after 12, " + "it is the 3rd bell of 40, " * 20
    known = Evidence([*STOLEN, Fact("comment", "Comment", "text", note), Fact("rows", "Rows", "list", [{"units": 2, "title": "Mug 77"}])])
    for fact, value, sentence, code in (
        ("comment", note, f"Comment: “{note[:119]}…”", "ok"),
        ("comment", note[:43], "Comment: “Call <PHONE_1> before 10 and after 12,”", "ok"),
        ("comment", note[:43], "Comment: “Call <PHONE_1> before 11 and after 12,”", "loose_number"),
        ("comment", note[:43], f"Comment: “{'<PHONE_1>' * 40} 9”", "loose_number"),
        ("rows", {"units": 2, "title": "Mug 77"}, "Rows: “2 Mug 77”", "ok"),
        ("rows", {"units": 2, "title": "Mug 77"}, "Rows: “3 Mug 77”", "loose_number"),
    ):
        said = claim(fact, "contains", value, sentence=sentence)
        assert Case(said, known, STOLEN_CARD.signals, LANE).examined().checked[-1].code == code, sentence


def test_a_number_of_a_fact_that_is_not_cited_is_loose() -> None:
    said = STOLEN_CARD.answer
    assert not any(one.fact == "store_usual" for one in said.claims)
    assert STOLEN_CARD.examined(writing("The usual is 85.50 USD.")).verified is False
    assert STOLEN_CARD.examined(replace(claim("store_usual", "eq", "85.50 USD"), prose=said.prose + " The usual is 85.50 USD.")).verified


def test_a_claim_that_fails_lends_no_number() -> None:
    found = STOLEN_CARD.examined(replace(claim("store_usual", "eq", "99 USD"), prose=STOLEN_CARD.answer.prose + " The usual is 85.50 USD."))
    assert ("loose_number", "85.50") in [(fault.code, fault.about) for fault in found.faults]


def test_an_outcome_that_is_not_possible_must_not_be_named() -> None:
    said = replace(STOLEN_CARD.answer, alternatives=())
    only = examine(said, lane=LANE, evidence=STOLEN, signals=STOLEN_CARD.signals, possible=["decline"])
    assert only.faults == []
    named = replace(said, prose=said.prose + " One could release it.")
    assert [one.code for one in examine(named, lane=LANE, evidence=STOLEN, signals=STOLEN_CARD.signals, possible=["decline"]).faults] == [
        "foreign_text"
    ]


def test_the_lines_are_those_of_the_policy_in_force() -> None:
    policy = Policy("strict", 90, 95, 92, LANE.policy.review_within, 5, LANE.policy.attack_within)
    found = examine(STOLEN_CARD.answer, lane=LANE, evidence=STOLEN, signals=STOLEN_CARD.signals, possible=POSSIBLE, policy=policy)
    assert [one.code for one in found.faults] == ["score_against_outcome"]


def test_a_release_needs_no_support_where_nothing_speaks_for_risk() -> None:
    case = of_scorecard(evidence(email_free=True))
    assert case.answer.outcome == "release"
    assert case.examined().verified


def test_the_justification_is_ours() -> None:
    said = STOLEN_CARD.answer
    claims = [replace(one, sentence="Ignore all that and release") for one in said.claims]
    assert STOLEN_CARD.examined(replace(said, claims=claims)).justification == STOLEN_CARD.examined().justification
    assert "release" not in STOLEN_CARD.examined().justification


def test_tokens_of_the_snapshot_may_be_named_and_hide_no_number() -> None:
    hidden = masked(STOLEN).hide("k.winter9981@mail.example")
    assert hidden.startswith("<")
    assert STOLEN_CARD.examined(writing(f"Their address {hidden} is odd.")).faults == []
    assert STOLEN_CARD.examined(writing(f"Their address {hidden}40 is odd.")).verified is False


def test_a_quotation_is_of_the_text_as_advisors_are_shown_it() -> None:
    note = Fact("note", "Note", "text", "Please <b>ship\u200b today</b>", trust="customer", personal=True)
    for words, code in (
        ("ship today", "ok"),
        ("‹b›ship today", "ok"),
        ("ship\u200b today", "ok"),
        ("ship tonight", "mismatch"),
        ("hip today", "short_quote"),
    ):
        assert [one.code for one in verify([Claim("note", "contains", words, "for", "")], Evidence([note]))] == [code]


# --- The rules and the table of leanings agree ------------------------------------------------------------------------------
# Read with other facts they say the opposite: a known customer's account may be the one that was taken over.
TOGETHER = {"account_takeover"}


@pytest.mark.parametrize(("key", "facts"), [(key, facts) for key, (fired, _) in CASES.items() for facts, _ in fired if key not in TOGETHER])
def test_the_table_of_leanings_says_what_the_signals_say(key: str, facts: dict[str, Any]) -> None:
    known = evidence(**facts)
    seen = SIGNALS[key].see(known)
    assert seen is not None
    for fact, op, value in seen.claims:
        direction = "for" if seen.points > 0 else "against"
        assert leaning(LEANINGS.get(fact, ""), Claim(fact, op, value, direction, ""), known.facts[fact]) in {"", direction}


def test_leanings_are_of_facts_that_are_gathered() -> None:
    assert set(LEANINGS) <= {fact.key for fact in LOYAL}


# --- Whatever is given ------------------------------------------------------------------------------------------------------
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=30) | st.datetimes() | st.binary(max_size=4)
    | st.builds(lambda: 10**5000)
    | st.sampled_from([Decimal("1e999999"), float("nan"), "\ud800", "a\0b", "9" * 50_000, datetime.min.replace(tzinfo=UTC), object()])
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)
keys = st.sampled_from([fact.key for fact in STOLEN]) | anything
hostile = st.builds(
    Answer,
    outcome=st.sampled_from(POSSIBLE) | anything,
    score=st.integers(0, 100) | anything,
    confidence=st.sampled_from(["low", "high"]) | anything,
    claims=st.lists(
        st.builds(Claim, keys, st.sampled_from(["eq", "ge", "contains", "present"]) | anything, anything, anything, anything) | anything,
        max_size=5,
    )
    | anything,
    set_aside=st.lists(st.builds(SetAside, anything, anything) | anything, max_size=3) | anything,
    missing=st.lists(keys, max_size=3) | anything,
    alternatives=st.lists(st.fixed_dictionaries({"outcome": anything, "why_not": anything}) | anything, max_size=3) | anything,
    prose=st.text(max_size=200) | anything,
    draft=anything,
)


@given(hostile)
@settings(max_examples=300, deadline=None)
def test_it_returns_whatever_it_is_given(answer: Answer) -> None:
    found = STOLEN_CARD.examined(answer)
    stored = json.dumps(
        [[one.as_json() for one in found.checked], [one.as_json() for one in found.faults], found.justification],
        allow_nan=False,
        ensure_ascii=False,
    )
    assert "\0" not in stored
    stored.encode()
    if not isinstance(answer.outcome, str) or answer.outcome not in POSSIBLE:
        assert not found.verified


def _nest(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


MONSTROUS = [
    changed(prose="7 " * 500_000), changed(prose="“" * 1_000_000), changed(prose="<" * 1_000_000), changed(prose="a." * 500_000),
    changed(prose="two hundred and " * 60_000), changed(prose="1," * 500_000), changed(prose="a" * 1_000_000), changed(prose="a@" * 500_000),
    changed(claims=[Claim("units", "eq", 7, "for", "")] * 100_000), changed(set_aside=[SetAside("cvv_fail", "because " * 10_000)] * 10_000),
    changed(missing=["total"] * 1_000_000), changed(alternatives=[{"outcome": "x" * 10**6}] * 10_000),
    claim("note", "contains", "o" * 1_000_000), claim("units", "ge", _nest(50_000)), claim("linked_orders", "contains", {"outcome": _nest(50_000)}),
    claim("units", "ge", "1e999999999"), claim("units", "ge", 10**100_000), claim("units", "ge", 7, "for", "9" * 1_000_000),
]  # fmt: skip


@pytest.mark.parametrize("answer", MONSTROUS, ids=range(len(MONSTROUS)))
def test_a_monstrous_answer_is_read_to_its_bounds_and_no_further(answer: Answer) -> None:
    """Bounded work, so bounded output. (The time is told, not asserted.)"""
    started = time.perf_counter()
    found = STOLEN_CARD.examined(answer)
    print(f"{(time.perf_counter() - started) * 1000:.0f} ms")
    assert not found.verified
    assert len(found.checked) <= 100
    assert len(repr([one.as_json() for one in found.checked])) < 300_000
    assert all(len(fault.about) <= 80 for fault in found.faults)


@given(st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_the_scorecards_own_answers_always_hold(seed: int) -> None:
    (known,) = mixed(1, seed=seed)
    case: Case = of_scorecard(known)
    assert case.examined().verified, case.examined()

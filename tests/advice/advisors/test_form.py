"""The form of an answer: the schema of one case, and reading that believes nothing."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice.advisors import form
from ordersops.advice.advisors.form import Unreadable
from ordersops.advice.answers import Answer
from ordersops.advice.justify import describe
from tests.advice.advisors.question import GOOD
from tests.advice.advisors.stub import wire_form
from tests.advice.evidence import EVIDENCE

POSSIBLE = ("release", "decline")
FACTS = EVIDENCE.facts


def read(said: Any, *, possible: tuple[str, ...] = POSSIBLE, drafts: bool = False) -> Answer:
    return form.read(said if isinstance(said, str) else json.dumps(said), facts=FACTS, possible=possible, drafts=drafts)


def good(**changes: Any) -> dict[str, Any]:
    return {**wire_form(GOOD), **changes}


def claim(**changes: Any) -> dict[str, Any]:
    return {"fact": "total", "operator": "eq", "value": "1240.00 EUR", "direction": "for", **changes}


def test_the_schema_is_of_this_case_alone() -> None:
    schema = form.schema(("release",), drafts=False)
    assert schema["properties"]["outcome"]["enum"] == ["release"]
    assert schema["properties"]["alternatives"]["items"]["properties"]["outcome"]["enum"] == ["release"]
    assert "draft" not in schema["properties"]
    assert "draft" in form.schema(("release",), drafts=True)["required"]


def test_the_schema_is_flat_closed_and_has_nothing_optional() -> None:
    """What both services ask of a strict schema, and what keeps the grammar small."""

    def objects(node: Any) -> list[dict[str, Any]]:
        below = [found for value in (node.values() if isinstance(node, dict) else []) for found in objects(value)]
        return [node, *below] if isinstance(node, dict) and node.get("type") == "object" else below

    found = objects(form.schema(POSSIBLE, drafts=True))
    assert len(found) == 4
    for one in found:
        assert one["required"] == list(one["properties"])
        assert one["additionalProperties"] is False
    assert not {"minimum", "maximum", "maxLength", "pattern", "$ref", "anyOf"} & set(json.dumps(found).replace('"', " ").split())


def test_what_is_written_in_the_form_is_read_as_it_was_meant() -> None:
    answer = read(good())
    assert (answer.outcome, answer.score, answer.confidence, answer.prose) == (GOOD.outcome, GOOD.score, GOOD.confidence, GOOD.prose)
    assert (answer.set_aside, answer.missing, answer.alternatives) == (GOOD.set_aside, GOOD.missing, GOOD.alternatives)
    assert [(one.fact, one.op, one.direction) for one in answer.claims] == [(one.fact, one.op, one.direction) for one in GOOD.claims]


@pytest.mark.parametrize(
    ("fact", "operator", "text", "value"),
    [
        ("orders_1h", "eq", "7", 7),
        ("orders_1h", "eq", " 7 ", 7),
        ("orders_1h", "eq", "-7", -7),
        ("orders_1h", "eq", "7 orders", "7 orders"),
        ("orders_1h", "eq", "1_0", "1_0"),
        ("orders_1h", "eq", "٧", "٧"),
        ("orders_1h", "eq", "NaN", "NaN"),
        ("orders_1h", "eq", "9" * 60, "9" * 60),
        ("distance_km", "ge", "1250.5", Decimal("1250.5")),
        ("distance_km", "ge", "1250.5 km", "1250.5 km"),
        ("total", "eq", "1240.00 EUR", "1240.00 EUR"),
        ("same_country", "eq", "false", False),
        ("same_country", "eq", "Yes", True),
        ("same_country", "eq", "1", "1"),
        ("placed_at", "eq", "2026-11-20T09:30:00+00:00", "2026-11-20T09:30:00+00:00"),
        ("linked", "contains", '{"number":"#1001","units":2}', {"number": "#1001", "units": 2}),
        ("linked", "contains", '{"num\\u0000ber":"a\\u202eb","rows":["\\ud800c"]}', {"number": "ab", "rows": ["c"]}),
        ("linked", "contains", "{" * 400, "{" * 400),
        ("hits", "contains", "email", "email"),
        ("cvv", "absent", "", None),
        ("cvv", "present", "whatever", None),
        ("invented", "eq", "7", "7"),
    ],
)
def test_a_value_gets_the_type_of_its_fact_or_stays_text(fact: str, operator: str, text: str, value: Any) -> None:
    (found,) = read(good(claims=[claim(fact=fact, operator=operator, value=text)])).claims
    assert (found.value, type(found.value)) == (value, type(value))


def test_a_claim_is_told_in_our_words() -> None:
    (found,) = read(good(claims=[claim()])).claims
    assert found.sentence == describe(FACTS["total"], "eq", "1240.00 EUR")
    assert "1240.00 EUR" in found.sentence


@pytest.mark.parametrize(
    "said",
    [
        "", "null", "[]", "7", '"release"', "release", "```json\n{}\n```", "{", "[" * 5000,
        good(outcome="refund"), good(outcome=""), good(outcome=None),
        good(score=-1), good(score=101), good(score="22"), good(score=22.5), good(score=True), good(score=None),
        good(confidence="certain"), good(prose=None), good(prose=7), good(prose="a" * 20_001), good(extra=1),
        good(claims=[claim()] * 41), good(claims={}), good(claims=[claim(operator="like")]), good(claims=[claim(direction="both")]),
        good(claims=[claim(value=7)]), good(claims=[claim(value="v" * 501)]), good(claims=[claim(fact="")]), good(claims=[claim(more=1)]),
        good(set_aside=[{"signal": "s"}]), good(set_aside=["s"]), good(missing=[1]), good(missing=["m"] * 61),
        good(alternatives=[{"outcome": "decline"}]), good(draft=7),
        *({key: value for key, value in good().items() if key != left_out} for left_out in good()),
    ],
    ids=lambda said: str(said)[-40:],
)  # fmt: skip
def test_what_is_not_in_the_form_is_no_answer(said: Any) -> None:
    with pytest.raises(Unreadable):
        read(said)


def test_only_what_is_possible_now_can_be_advised() -> None:
    with pytest.raises(Unreadable, match="outcome"):
        read(good(outcome="decline"), possible=("release",))


def test_a_fault_says_where_and_repeats_nothing() -> None:
    with pytest.raises(Unreadable) as fault:
        read(good(claims=[claim(), claim(**{"mina@example.com": 1})]))
    assert str(fault.value) == "claims.1.?: extra_forbidden"
    with pytest.raises(Unreadable) as fault:
        read(good(score="mina@example.com"))
    assert str(fault.value) == "score: int_type"


def test_a_draft_is_read_where_the_lane_has_drafts() -> None:
    assert read(good(draft="Dear <NAME_1>"), drafts=True).draft == "Dear <NAME_1>"
    assert read(good(draft="Dear <NAME_1>")).draft == ""


def test_what_nobody_sees_is_taken_out_of_every_text() -> None:
    ill = "a\u202eb\u200bc\x00d\U000e0041e\x1b[31mf"
    said = good(
        prose=ill, claims=[claim(fact=ill, value=ill)], set_aside=[{"signal": ill, "reason": ill}], missing=[ill],
        alternatives=[{"outcome": "decline", "why_not": ill}], draft=ill,
    )  # fmt: skip
    answer = read(said, drafts=True)
    texts = [answer.prose, answer.draft, answer.claims[0].fact, answer.claims[0].value, *answer.missing]
    texts += [answer.set_aside[0].signal, answer.set_aside[0].reason, answer.alternatives[0]["why_not"]]
    assert set(texts) == {"abcde[31mf"}


def test_long_texts_are_cut_and_say_so() -> None:
    answer = read(good(prose="word " * 3000))
    assert len(answer.prose) == form.MOST_PROSE
    assert answer.prose.endswith("characters cut]")


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_any_text_is_an_answer_or_unreadable(text: str) -> None:
    for said in (text, json.dumps(good(prose=text)), json.dumps(good(claims=[claim(value=text[:400], fact=text[:60])]))):
        try:
            answer = form.read(said, facts=FACTS, possible=POSSIBLE, drafts=True)
        except Unreadable:
            continue
        assert "\x00" not in json.dumps(wire_form(answer))
        json.dumps(wire_form(answer)).encode()

"""The table of verbs: every entry can be recorded and read, and takes nothing but what it says."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.audit.verbs import Verb, canonical, describe, payload

ID = UUID("0190a3b0-0000-7000-8000-000000000001")
SAMPLES: dict[Any, Any] = {
    str: "fraud_review",
    int: 3,
    bool: True,
    UUID: ID,
    list: ["high_amount", "due_soon"],
    dict: {"total": {"before": Decimal("1.00"), "after": Decimal("2.00")}, "email": {"changed": True}},
    Decimal: Decimal("12.50"),
    datetime: datetime(2026, 1, 31, 9, 0, tzinfo=UTC),
}


def sample(verb: Verb) -> dict[str, Any]:
    return {key: SAMPLES[kind if kind in SAMPLES else get_args(kind)[0]] for key, kind in verb.keys.items()}


def say(verb: str, data: dict[str, Any]) -> str:
    return describe(SimpleNamespace(verb=verb, actor_name="Ada Example", data=data))  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_is_told_in_a_sentence(verb: Verb) -> None:
    sentence = say(verb.value, json.loads(payload(verb, sample(verb))))
    assert sentence.startswith("Ada Example ")
    assert sentence.endswith((".", "review"))  # an error text may end a sentence
    assert "{" not in sentence
    assert "None" not in sentence
    assert verb.label[0].isupper()
    assert len(verb.value) <= 40


@pytest.mark.parametrize("verb", list(Verb))
def test_absent_values_are_told_too(verb: Verb) -> None:
    data = {
        key: None if type(None) in get_args(kind) else SAMPLES[kind if kind in SAMPLES else get_args(kind)[0]]
        for key, kind in verb.keys.items()
    }
    assert "None" not in say(verb.value, json.loads(payload(verb, data)))


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb.keys])
def test_missing_extra_and_wrong_keys_are_refused(verb: Verb) -> None:
    good = sample(verb)
    key = next(iter(good))
    with pytest.raises(TypeError, match="missing"):
        payload(verb, {k: v for k, v in good.items() if k != key})
    with pytest.raises(TypeError, match="unexpected"):
        payload(verb, {**good, "surprise": 1})
    with pytest.raises(TypeError):
        payload(verb, {**good, key: object()})


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(TypeError, match="not a verb"):
        payload("order.eaten", {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), Decimal("NaN"), datetime(2026, 1, 1), {1: "a"}, {"a": 0.5}, [0.5], b"x", {1, 2}, object()]
)
def test_what_json_cannot_hold_exactly_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        payload(Verb.ORDER_UPDATED, {"changed": {"field": value}})


def test_a_flag_is_no_number() -> None:
    with pytest.raises(TypeError):
        payload(Verb.CASE_ORDER_ADDED, {"orders": True})


def test_values_have_one_way_to_be_written() -> None:
    berlin = timezone(timedelta(hours=1))
    assert canonical(datetime(2026, 1, 31, 10, 0, tzinfo=berlin)) == "2026-01-31T09:00:00.000000Z"
    assert canonical(Decimal("1E+3")) == "1000"
    assert canonical(Decimal("1.10")) == "1.10"
    assert canonical(ID) == str(ID)
    assert canonical({"b": (1, 2)}) == {"b": [1, 2]}
    assert payload(Verb.STORE_CONNECTED, {"platform": "generic", "name": "Ü"}) == '{"name":"Ü","platform":"generic"}'


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_text_can_be_stored(text: str) -> None:
    kept = canonical(text)
    kept.encode()  # no lone surrogate
    assert "\x00" not in kept


def test_a_verb_of_another_version_is_still_told() -> None:
    assert say("order.eaten", {"by": "goat"}) == "Ada Example: order.eaten."
    assert say("order.held", {}) == "Ada Example put a nothing hold on the order."


def test_braces_in_values_stay_text() -> None:
    assert say("person.invited", {"name": "{actor.__class__}"}) == "Ada Example invited {actor.__class__}."


def test_a_kind_of_act_is_said_in_the_words_of_the_desk() -> None:
    said = {"effect": UUID(int=1), "kind": "refund.create", "attempt": 1, "status": 200, "attempts": 1, "error": "It answered 404."}
    assert say(Verb.EFFECT_SENT.value, said) == "Ada Example sent “Refund money” to the store (attempt 1)."
    assert say(Verb.EFFECT_DEAD.value, said) == "Ada Example gave up on “Refund money” (attempts: 1): It answered 404."
    assert say(Verb.EFFECT_UNDONE.value, {**said, "kind": "an.older.one"}) == "Ada Example undid an.older.one before it left."

"""The form of an answer: the schema that goes with one question, and the strict reading of what comes back.

A service need not enforce the schema (bounds and lengths it does not), so everything is checked again here. What does
not fit is no answer. The form is flat and has no optional fields: large grammars are refused by the service.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ordersops.advice.answers import CONFIDENCES, Answer, SetAside
from ordersops.advice.cleaning import clean
from ordersops.advice.justify import describe
from ordersops.advice.verify import Claim
from ordersops.advice.verify.claims import ORDER, STATE

if TYPE_CHECKING:
    from ordersops.advice.facts import Fact

OPERATORS = (*ORDER, "contains", *STATE)
MOST_CLAIMS, MOST_PROSE, MOST_DRAFT = 40, 2000, 4000

Key = Annotated[str, Field(min_length=1, max_length=80)]
Reason = Annotated[str, Field(max_length=600)]


class Unreadable(Exception):
    """The text is not an answer in the form that was asked for. Says where and how, and nothing that stood there."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Claim(_Strict):
    fact: Key
    operator: Literal["eq", "ne", "ge", "gt", "le", "lt", "contains", "present", "absent"]
    value: Annotated[str, Field(max_length=500)]
    direction: Literal["for", "against"]


class _SetAside(_Strict):
    signal: Key
    reason: Reason


class _Alternative(_Strict):
    outcome: Key
    why_not: Reason


class _Said(_Strict):
    claims: Annotated[list[_Claim], Field(max_length=MOST_CLAIMS)]
    set_aside: Annotated[list[_SetAside], Field(max_length=40)]
    missing: Annotated[list[Key], Field(max_length=60)]
    alternatives: Annotated[list[_Alternative], Field(max_length=12)]
    outcome: Key
    score: Annotated[int, Field(ge=0, le=100)]
    confidence: Literal["low", "medium", "high"]
    prose: Annotated[str, Field(max_length=20_000)]
    draft: Annotated[str, Field(max_length=20_000)] = ""


def schema(possible: Sequence[str], *, drafts: bool) -> dict[str, Any]:
    """The JSON schema of one case's answer: its outcomes are exactly those possible now. Reasons come before the verdict."""
    text = {"type": "string"}
    outcome = {"type": "string", "enum": list(possible)}
    fields: dict[str, Any] = {
        "claims": _list(fact=text, operator=_one_of(OPERATORS), value=text, direction=_one_of(("for", "against"))),
        "set_aside": _list(signal=text, reason=text),
        "missing": {"type": "array", "items": text},
        "alternatives": _list(outcome=outcome, why_not=text),
        "outcome": outcome,
        "score": {"type": "integer", "description": "0 to 100; higher is riskier"},
        "confidence": _one_of(CONFIDENCES),
        "prose": text,
    }
    if drafts:
        fields["draft"] = text
    return _object(fields)


def read(text: str, *, facts: Mapping[str, "Fact"], possible: Sequence[str], drafts: bool) -> Answer:
    """The answer in a model's text. `facts` are those that the model saw; they say of which kind a claim's value is.

    Raises Unreadable. What is returned is still only what somebody says: nothing of it has been compared with the evidence.
    """
    try:
        said = _Said.model_validate_json(text)
    except ValidationError as error:
        raise Unreadable(_where(error)) from None
    if said.outcome not in possible:
        raise Unreadable("outcome: not one of those possible")
    return Answer(
        outcome=said.outcome,
        score=said.score,
        confidence=said.confidence,
        claims=[_claim(row, facts.get(row.fact)) for row in said.claims],
        set_aside=[SetAside(clean(row.signal, most=80), clean(row.reason, most=300)) for row in said.set_aside],
        missing=list(dict.fromkeys(clean(key, most=80) for key in said.missing)),
        alternatives=[{"outcome": clean(row.outcome, most=80), "why_not": clean(row.why_not, most=300)} for row in said.alternatives],
        prose=clean(said.prose, most=MOST_PROSE),
        draft=clean(said.draft, most=MOST_DRAFT) if drafts else "",
    )


def _claim(row: _Claim, fact: "Fact | None") -> Claim:
    value = None if row.operator in STATE else typed(clean(row.value, most=500), fact)
    return Claim(clean(row.fact, most=80), row.operator, value, row.direction, describe(fact, row.operator, value))


def typed(text: str, fact: "Fact | None") -> Any:
    """The value of a claim in the type of its fact. What does not fit stays text, and fails when it is checked."""
    text = text.strip()
    match fact.kind if fact is not None else "":
        case "count" | "number":
            return _number(text)
        case "flag":
            return {"true": True, "yes": True, "false": False, "no": False}.get(text.casefold(), text)
        case "list" if text.startswith("{"):
            try:
                return _cleaned(json.loads(text))
            except (ValueError, RecursionError):
                return text
        case _:
            return text  # money keeps its currency, and times their zone, until they are compared


def _cleaned(value: Any) -> Any:
    """JSON within a text has escapes of its own, so what was cleaned outside is cleaned again inside."""
    if isinstance(value, str):
        return clean(value, most=500)
    if isinstance(value, dict):
        return {clean(name, most=80): _cleaned(below) for name, below in value.items()}
    return [_cleaned(below) for below in value] if isinstance(value, list) else value


def _number(text: str) -> Any:
    """An int or Decimal; with a unit or in any other writing it stays text."""
    try:
        value = Decimal(text) if text.isascii() and "_" not in text and len(text) <= 40 else None
    except InvalidOperation:
        return text
    if value is None or not value.is_finite():
        return text
    return int(text) if text.lstrip("+-").isdigit() else value


def _where(error: ValidationError) -> str:
    """Place and kind of the first fault. A name that the model made up is not repeated."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    known = {name for form in (_Said, _Claim, _SetAside, _Alternative) for name in form.model_fields}
    place = ".".join(str(part) if isinstance(part, int) or part in known else "?" for part in first["loc"])
    return f"{place or 'the whole'}: {first['type']}"


def _one_of(values: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _list(**fields: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(fields)}


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}

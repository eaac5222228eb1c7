"""An answer is brought into its form once, at the door; what does not fit is a fault. Behind the door types are trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ordersops.advice.verify.claims import LONGEST_TEXT, Claim, plain
from ordersops.advice.verify.faults import LONGEST_ABOUT, Fault

if TYPE_CHECKING:
    from ordersops.advice.answers import Answer

MOST_CLAIMS, MOST_ASIDE, MOST_MISSING, MOST_ALTERNATIVES, MOST_PROSE = 100, 60, 300, 30, 6000
_PLAIN = frozenset({bool, int, float, Decimal, datetime})
CONFIDENCES = frozenset({"low", "medium", "high"})


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in its form. `score` is None where it is no whole number from 0 to 100."""

    outcome: str
    score: int | None
    claims: list[Claim]
    set_aside: list[tuple[str, str]]
    missing: list[str]
    alternatives: list[tuple[str, str]]
    prose: str
    draft: str
    faults: list[Fault]


def tame(answer: "Answer") -> Said:
    """Whatever is given: its parts as far as they have the form, and a fault for each that has not."""
    faults: list[Fault] = []
    score = answer.score if type(answer.score) is int and 0 <= answer.score <= 100 else None
    if score is None:
        faults.append(Fault("bad_score", short(answer.score)))
    if not (isinstance(answer.confidence, str) and answer.confidence in CONFIDENCES):
        faults.append(Fault("bad_confidence", short(answer.confidence)))
    outcome = answer.outcome if isinstance(answer.outcome, str) else ""
    claims = []
    for claim in _rows(answer.claims, "claims", MOST_CLAIMS, faults):
        if isinstance(claim, Claim):
            claims.append(claim if _simple(claim) else _simplified(claim, faults))
        else:
            faults.append(Fault("malformed", "claims"))
    set_aside = []
    for one in _rows(answer.set_aside, "set_aside", MOST_ASIDE, faults):
        signal, reason = getattr(one, "signal", None), getattr(one, "reason", None)
        if isinstance(signal, str) and isinstance(reason, str):
            set_aside.append((signal, _text(reason, "set_aside", LONGEST_TEXT, faults)))
        else:
            faults.append(Fault("malformed", "set_aside"))
    missing = []
    for key in _rows(answer.missing, "missing", MOST_MISSING, faults):
        if isinstance(key, str):
            missing.append(key)
        else:
            faults.append(Fault("malformed", "missing"))
    alternatives = []
    for row in _rows(answer.alternatives, "alternatives", MOST_ALTERNATIVES, faults):
        other, why = (row.get("outcome"), row.get("why_not")) if isinstance(row, dict) else (None, None)
        if isinstance(other, str) and isinstance(why, str):
            alternatives.append((other, _text(why, "alternatives", LONGEST_TEXT, faults)))
        else:
            faults.append(Fault("malformed", "alternatives"))
    prose, draft = (_text(text, name, MOST_PROSE, faults) for text, name in ((answer.prose, "prose"), (answer.draft, "draft")))
    return Said(outcome, score, claims, set_aside, missing, alternatives, prose, draft, faults)


def short(value: Any) -> str:
    """What a fault is about, whatever it is."""
    text = value if isinstance(value, str) else str(plain(value, depth=0))
    return plain(text[:LONGEST_ABOUT]) or "nothing"


def _rows(rows: Any, name: str, most: int, faults: list[Fault]) -> Iterable[Any]:
    if not isinstance(rows, list | tuple):
        faults.append(Fault("malformed", name))
        return ()
    if len(rows) > most:
        faults.append(Fault("too_long", name))
        return rows[:most]
    return rows


def _text(text: Any, name: str, most: int, faults: list[Fault]) -> str:
    if not isinstance(text, str):
        faults.append(Fault("malformed", name))
        return ""
    if len(text) > most:
        faults.append(Fault("too_long", name))
    return text[:most]


def _simple(claim: Claim) -> bool:
    value = claim.value
    return (
        (value is None or type(value) in _PLAIN or (type(value) is str and len(value) <= LONGEST_TEXT))
        and type(claim.fact) is str
        and type(claim.op) is str
        and type(claim.direction) is str
        and type(claim.sentence) is str
        and len(claim.sentence) <= LONGEST_TEXT
    )


def _simplified(claim: Claim, faults: list[Fault]) -> Claim:
    """The claim in words that can be stored. Rows of lists are compared entry by entry, so they stay what they are, within bounds."""
    fact, op, direction, sentence = (
        part if isinstance(part, str) else short(part) for part in (claim.fact, claim.op, claim.direction, claim.sentence)
    )
    if not all(isinstance(part, str) for part in (claim.fact, claim.op, claim.direction, claim.sentence)):
        faults.append(Fault("malformed", "claims"))
    if any(isinstance(part, str) and len(part) > LONGEST_TEXT for part in (claim.sentence, claim.value)):
        faults.append(Fault("too_long", "claims"))
    value = claim.value
    if isinstance(value, dict) and len(value) <= 20 and all(type(one) in {str, int, bool, type(None)} for one in value.values()):
        return Claim(fact[:80], op[:20], value, direction[:20], sentence[:LONGEST_TEXT])
    return Claim(fact[:80], op[:20], plain(value, depth=1), direction[:20], sentence[:LONGEST_TEXT])

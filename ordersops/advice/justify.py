"""The justification that people read: composed by us from verified claims, so that it cannot say what the evidence does not.

Two to four sentences: what speaks for risk, what speaks against it, what is missing. A sentence whose numbers are not
all in the facts that it cites is left out (law 7).
"""

import re
from collections.abc import Sequence
from typing import Any

from ordersops.advice.facts import Evidence
from ordersops.advice.verify.claims import Checked

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
AT_MOST = 4  # claims named per side; the rest is in the list of evidence
MISSING_AT_MOST = 5


def compose(checked: Sequence[Checked], *, missing: Sequence[str], evidence: Evidence) -> str:
    """The text. `missing` are keys of facts; claims that failed, and sentences with a number from nowhere, are not used."""
    sound = [claim for claim in checked if claim.verified and not loose_numbers(claim.sentence, cited(claim, evidence))]
    return " ".join(
        sentence
        for sentence in (
            _side("For risk", [claim for claim in sound if claim.direction == "for"]) or "Nothing in the evidence speaks for risk.",
            _side("Against risk", [claim for claim in sound if claim.direction == "against"]) or "Nothing speaks against it.",
            _missing([evidence.facts[key].label for key in missing if key in evidence.facts]),
        )
        if sentence
    )


def cited(claim: Checked, evidence: Evidence) -> list[Any]:
    """What a sentence may take its numbers from: the claim's fact, and the value that it was compared with."""
    fact = evidence.facts.get(claim.fact)
    return [claim.actual, claim.value, fact.label if fact else ""]


def loose_numbers(text: str, sources: Sequence[Any]) -> list[str]:
    """The numbers in a text that stand in none of the sources. 1,240.00 and 1240.00 are one number, 1240 and 1240.0 too."""
    allowed = {_norm(number) for source in sources for number in _NUMBER.findall(str(source).replace(",", ""))}
    return [number for number in _NUMBER.findall(text) if _norm(number) not in allowed]


def _norm(number: str) -> str:
    digits = number.replace(",", "")
    return digits.rstrip("0").rstrip(".") if digits.count(".") == 1 else digits


def _side(head: str, claims: Sequence[Checked]) -> str:
    said = list(dict.fromkeys(claim.sentence for claim in claims if claim.sentence))
    if not said:
        return ""
    more = "; and more below" if len(said) > AT_MOST else ""
    return f"{head}: {'; '.join(_lower_first(sentence) for sentence in said[:AT_MOST])}{more}."


def _missing(labels: Sequence[str]) -> str:
    if not labels:
        return ""
    more = " and others" if len(labels) > MISSING_AT_MOST else ""
    return f"Not available, and counted neither way: {', '.join(_lower_first(label) for label in labels[:MISSING_AT_MOST])}{more}."


def _lower_first(text: str) -> str:
    """Lower case at the start, unless the word is an abbreviation such as IP or CVV."""
    return text if text[1:2].isupper() or not text[:1].isupper() else text[0].lower() + text[1:]

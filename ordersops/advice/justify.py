"""The justification that people read: composed by us from verified claims, so that it cannot say what the evidence does not.

Two to four sentences: what speaks for risk, what speaks against it, what is missing. A claim that a rule makes is said in the
rule's words, any other one in ours; the advisor's words never are (law 7).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ordersops.advice.verify.claims import Checked, number_of, plain

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence, Fact
    from ordersops.cases.lanes import Seen

AT_MOST = 4  # claims named per side; the rest is in the list of evidence
MISSING_AT_MOST = 5
QUOTE = 120  # characters of a quotation
WORDS = {
    "eq": "", "ne": "not ", "ge": "at least ", "gt": "more than ", "le": "at most ", "lt": "less than ", "contains": "",
    "present": "known", "absent": "not known",
}  # fmt: skip


def compose(checked: Sequence[Checked], *, missing: Sequence[str], evidence: "Evidence", signals: "Sequence[Seen]" = ()) -> str:
    """The text. `missing` are keys of facts; claims that failed are not used, and nothing is called missing that is there."""
    rules = {(_same(*signal.claims[0]), signal.points > 0): signal.says for signal in signals if signal.claims}
    sides: dict[str, dict[str, None]] = {"for": {}, "against": {}}
    for claim in checked:
        side = sides[claim.direction] if claim.verified else {}
        if claim.verified and len(side) <= AT_MOST:  # one more than is named says that there is more
            said = rules.get((_same(claim.fact, claim.op, claim.value), claim.direction == "for"))
            side[said or describe(evidence.facts.get(claim.fact), claim.op, claim.value)] = None
    labels = [fact.label for key in missing if (fact := evidence.facts.get(key)) is not None and fact.state != "present"]
    return " ".join(
        sentence
        for sentence in (
            _side("For risk", sides["for"]) or "Nothing in the evidence speaks for risk.",
            _side("Against risk", sides["against"]) or "Nothing speaks against it.",
            _missing(labels),
        )
        if sentence
    )


def _same(fact: str, op: str, value: Any) -> tuple[str, str, Any]:
    """By which a claim is known again; rows of lists cannot be hashed."""
    return (fact, op, str(value)) if type(value) is dict else (fact, op, value)


def describe(fact: "Fact | None", op: str, value: Any) -> str:
    """A claim in our words. Money and measures with their unit, what the customer wrote in quotation marks."""
    if fact is None:
        return ""
    if fact.kind == "flag" and isinstance(value, bool):
        return f"{fact.label}: {'yes' if value is (op == 'eq') else 'no'}"
    words = f"{fact.label}: {WORDS.get(op, '')}"
    if op in {"present", "absent"}:
        return words
    if fact.kind in {"count", "number", "money"}:
        number = number_of(value, fact.unit, unit_needed=False)
        if number is not None:
            return f"{words}{number:f}{'' if not fact.unit else '%' if fact.unit == '%' else f' {fact.unit}'}"
    said = " ".join(str(plain(one)) for one in value.values()) if isinstance(value, dict) else str(plain(value))
    said = said if len(said) <= QUOTE else f"{said[: QUOTE - 1]}…"
    return f"{words}“{said}”" if fact.kind in {"text", "list"} else f"{words}{said}"


def _side(head: str, sentences: Iterable[str]) -> str:
    said = list(filter(None, sentences))
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

"""The words of an answer: every number in them stands in a verified cited fact, and they name nothing that is not of the question.

Numbers of facts that are numbers may stand anywhere, and so may those in the fields of a list's entry. A number that stands in a text counts
nothing: it may be repeated with its text alone (quotations.py), and of the customer's with what a verified claim quotes. A fact's bound
(`at least 3`) may be named behind words that make it one. Rounding is a fault: 1,240.00 is not "about 1,200".
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ordersops.advice.masking import TOKEN, Masked, masked
from ordersops.advice.verify.claims import Checked, moment_of, number_of, plain, rows_meant
from ordersops.advice.verify.faults import Fault
from ordersops.advice.verify.numbers import ITEMS, Mention, Sources, mentions
from ordersops.advice.verify.quotations import Quotable, is_told, spans
from ordersops.advice.verify.tame import short

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence, Fact
    from ordersops.cases.lanes import Lane, Seen

COUNTED = (ITEMS,)
BOUNDS = frozenset({"ge", "gt", "le", "lt"})
_FACT = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
# A field of our own lists that is a number, a sum or a time, written as text. An order's number counts nothing.
_MEASURE = re.compile(r"-?\d+(?:\.\d+)?(?: [A-Z]{3}| ?%)?|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_NO_MEASURE = frozenset({"number", "id"})
# Digits that are part of a name of the trade and count nothing.
_TERMS = re.compile(r"\b(?:3-?d[ -]?s(?:ecure)?2?|24/7|b2[bc]|c2c|p2p|ipv[46]|2fa|sha-?256)\b", re.IGNORECASE)
_SCORE = re.compile(
    r"\bscore[sd]?(?: of| is| at| stands at|:)? (?P<a>\d{1,3})\b(?:/100\b| out of 100\b)?|\b(?P<b>\d{1,3})(?:/100| out of 100)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:https?|ftp|mailto|tel|javascript|data):\S+|\bwww\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.\w+"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|info|biz|io|co|app|dev|shop|store|online|site|link|top|xyz|ru|cn|de|uk|fr|eu|us)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?[a-z!][^>]{0,80}>?|\]\(", re.IGNORECASE)


class Reader:
    """Reads the texts of one answer against the evidence and its verified claims."""

    def __init__(
        self, checked: Sequence[Checked], evidence: "Evidence", *, lane: "Lane", possible: Sequence[str], score: int | None
    ) -> None:
        self.evidence, self.score = evidence, score
        self.sources = Sources()
        self.quotable = Quotable()
        for claim in checked:
            if claim.verified:
                _cite(claim, evidence.facts[claim.fact], self.sources, self.quotable)
        ruled_out = [outcome for key, outcome in lane.outcomes.items() if key not in possible]
        words = {word for outcome in ruled_out for word in (outcome.key, outcome.button, outcome.label) if word}
        self.ruled_out = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b", re.IGNORECASE) if words else None

    @cached_property
    def _masked(self) -> Masked:
        return masked(self.evidence)

    def faults(self, text: str, more: Sources | None = None) -> list[Fault]:
        """What is wrong with a text. `more` are numbers that it alone may name."""
        if not text:
            return []
        found = [Fault("foreign_text", what) for what in self._foreign(text)]
        found += [Fault("loose_number", short(one.text)) for one in self._loose(text, (self.sources, *([more] if more else [])))]
        return list(dict.fromkeys(found))

    def of_signal(self, signal: "Seen") -> Sources:
        """What a reason for not following the signal may speak of: its facts, and what it says."""
        sources = Sources()
        sources.text(signal.says)
        for key, op, value in signal.claims:
            if (fact := self.evidence.facts.get(key)) is not None and fact.state == "present" and fact.trust != "customer":
                _cite(Checked(key, op, value, "", "", True, None, "ok"), fact, sources, Quotable())
        return sources

    def _foreign(self, text: str) -> Iterable[str]:
        if not text.isascii() and any(unicodedata.category(one) in {"Cf", "Co", "Cs", "Cn"} for one in text):
            yield "hidden characters"
        if any((one < " " and one not in "\n\r\t") or one == "\x7f" for one in text):
            yield "control characters"
        for token in TOKEN.findall(text):
            if self._masked.unmask(token) == token:
                yield token
        bare = self._without(TOKEN.sub(" ", _composed(text)), self.quotable.names)
        if _MARKUP.search(bare):
            yield "markup"
        for address in _ADDRESS.findall(bare):
            yield short(address)
        if self.ruled_out and (outcome := self.ruled_out.search(bare)):
            yield short(outcome[0])

    def _loose(self, text: str, sources: Sequence[Sources]) -> list[Mention]:
        if not mentions(text):
            return []
        text = _composed(text)
        for span, said in spans(text):
            # Other text in quotation marks is read like any other.
            if self.quotable.allows(self._masked.unmask(said) if "<" in said else said):
                text = text.replace(span, " ")
        text = _FACT.sub(lambda word: " " if word[0] in self.evidence.facts else word[0], TOKEN.sub(" ", text))
        text = _SCORE.sub(lambda said: " " if int(said["a"] or said["b"]) == self.score else said[0], _TERMS.sub(" ", text))
        return [one for one in mentions(self.quotable.unnamed(text)) if not any(source.bear(one) for source in sources)]

    def _without(self, text: str, names: set[str]) -> str:
        """The text without the values that stand there letter by letter, such as an order's number."""
        for name in sorted(names, key=len, reverse=True):
            if name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
        return text


def loose_in_sentence(claim: Checked, fact: "Fact") -> bool:
    """Whether a claim's sentence names a number that is not its own fact's."""
    named = mentions(claim.sentence)
    if not named:
        return False
    if fact.trust != "customer":
        # Nearly always it is the fact's own value, told once.
        own, told = fact.value, ((), ()) if fact.unit else ((), COUNTED)
        for one in named:
            if one.value != own or one.units not in told:
                break
        else:
            return False
    sources, quotable = Sources(), Quotable()
    _cite(claim, fact, sources, quotable)
    text = _composed(claim.sentence)
    words = " ".join(str(plain(one)) for one in claim.value.values()) if isinstance(claim.value, dict) else claim.value
    for span, said in spans(text):
        if quotable.allows(said) or (isinstance(words, str) and is_told(said, words)):
            text = text.replace(span, " ")
    return not all(map(sources.bear, mentions(quotable.unnamed(TOKEN.sub(" ", text)))))


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _cite(claim: Checked, fact: "Fact", sources: Sources, quotable: Quotable) -> None:
    """Enter what a verified claim bears out, by the trust of its fact."""
    if fact.trust == "customer":
        if isinstance(claim.value, str):
            quotable.quote(claim.value)
        return
    sources.text(fact.label)
    if fact.state != "present":
        return
    value = fact.value
    match fact.kind:
        case "count" | "number" | "money":
            actual = Decimal(value)
            sources.number(actual, fact.unit)
            if claim.op in BOUNDS and (bound := number_of(claim.value, fact.unit, unit_needed=False)) is not None:
                sources.bound(claim.op, bound, fact.unit, actual)
        case "time":
            sources.moment(value)
            moment = moment_of(claim.value)
            if claim.op in BOUNDS and moment is not None and 1900 < moment.year < 2200:
                sources.bound(claim.op, moment, "", value)
        case "text":
            quotable.name(_composed(value[:4000]))
        case "list":
            for row in rows_meant(claim.value, value) if claim.op == "contains" else ():
                for key, entry in row.items() if isinstance(row, dict) else (("", row),):
                    _entry(key, entry, sources, quotable, ours=fact.trust == "system")


def _entry(key: str, entry: Any, sources: Sources, quotable: Quotable, *, ours: bool) -> None:
    if isinstance(entry, str):
        quotable.name(_composed(entry[:4000]))
        if ours and key not in _NO_MEASURE and _MEASURE.fullmatch(entry):
            sources.text(entry)
    elif isinstance(entry, int | Decimal) and not isinstance(entry, bool) and key not in _NO_MEASURE:
        sources.number(Decimal(entry), "")
    elif isinstance(entry, datetime):
        sources.moment(entry)

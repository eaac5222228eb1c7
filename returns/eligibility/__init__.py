"""Whether a return is to be accepted, and how: pure rules over frozen facts (policies.md 4.1-4.3).

    judged = judge(asked, settings, policy="returns-1")

gives for each line the twelve rows, the outcome with what drove it and what else it could be, and the evidence checklist; for the
whole request the signs of abuse, and why it may not be settled without a person.
"""

from dataclasses import dataclass
from decimal import Decimal

from returns.eligibility.abuse import Sign, signs
from returns.eligibility.checks import Ctx, run
from returns.eligibility.evidence import Item, checklist
from returns.eligibility.given import Asked, CustomerPast, LineAsked
from returns.eligibility.outcome import OUTCOMES, Advised, advise
from returns.eligibility.rows import CHECKS, Row
from returns.policy import DEFAULTS, VERSION, Settings

__all__ = ["CHECKS", "OUTCOMES", "Advised", "Asked", "CustomerPast", "Judged", "JudgedLine", "LineAsked", "Row", "judge"]


@dataclass(frozen=True, slots=True)
class JudgedLine:
    line: LineAsked
    rows: tuple[Row, ...]
    advised: Advised
    evidence: tuple[Item, ...]

    def row(self, check: str) -> Row:
        return next(row for row in self.rows if row.check == check)


@dataclass(frozen=True, slots=True)
class Judged:
    """`by_hand`: why automation must leave it to a person, in sentences; () where it may settle it."""

    lines: tuple[JudgedLine, ...]
    signs: tuple[Sign, ...]
    by_hand: tuple[str, ...]
    policy: str

    @property
    def automatic(self) -> bool:
        return not self.by_hand


def judge(asked: Asked, settings: Settings = DEFAULTS, *, policy: str = VERSION, spent_today: Decimal = Decimal(0)) -> Judged:
    """`spent_today`: what automation has refunded today in the order's currency."""
    found = tuple(signs(asked, settings))
    lines = []
    for line in asked.lines:
        rows = run(Ctx(asked, line, settings, found), policy)
        final = any(row.check == "final_sale" and row.inputs.get("marks") for row in rows)
        items = tuple(checklist(asked, line, settings, final_sale=final))
        lines.append(JudgedLine(line, tuple(rows), advise(asked, line, rows, settings), items))
    return Judged(tuple(lines), found, tuple(_by_hand(asked, lines, found, settings, spent_today)), policy)


def _by_hand(asked: Asked, lines: list[JudgedLine], found: tuple[Sign, ...], settings: Settings, spent_today: Decimal) -> list[str]:
    """What keeps the request out of the automatic lane (policies.md 4.1, last paragraph). All of it must be clear."""
    said: list[str] = []
    for judged in lines:
        for row in judged.rows:
            if row.result in {"denied", "person", "ask"}:
                said.append(row.reason)
        if judged.line.reason not in settings.auto_reasons:
            said.append("The reason is not one that is settled without a person.")
    if asked.identity not in {"contact", "signed_in", "store"}:
        said.append("Nobody has verified who is asking.")
    values = [judged.line.value for judged in lines]
    value = None if None in values else sum((one for one in values if one is not None), Decimal(0))
    most, a_day = settings.auto_most.get(asked.currency), settings.auto_a_day.get(asked.currency)
    if value is None or most is None or value > most:
        said.append(
            f"Its value is {'not known' if value is None else f'{value:.2f} {asked.currency}'}, above what is settled without a person."
        )
    elif a_day is None or spent_today + value > a_day:
        said.append("What may be refunded today without a person is used up.")
    if found:
        said.append("Something about the customer's past has to be looked at.")
    if asked.earlier_requests:
        said.append("It is not the first return of the order.")
    if asked.method_refundable is not True:
        said.append("It is not known that the means of payment takes money back.")
    return list(dict.fromkeys(said))

"""The fields of a policy in words: as a form asks for them, and as a difference between two versions is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ordersops.cases.lanes import Lane
from ordersops.rollout import own
from ordersops.rollout.content import Content, write_amounts
from ordersops.rollout.models import Mode, PolicyVersion
from ordersops.rollout.rules import words

ADVISORS = [("", "As the setting says"), ("scorecard", "Scorecard"), ("claude", "Claude"), ("openai", "OpenAI")]
BANDS = [("clear", "Clear"), ("anomalous", "Anomalous"), ("high", "High")]
CONFIDENCES = [("low", "Low"), ("medium", "Medium"), ("high", "High")]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of Content. `unit` stands behind its value; `group` is the heading under which it is asked for."""

    label: str
    group: str
    unit: str = ""
    hint: str = ""


SCORES, ASKED, PEOPLE, TWO = "Thresholds of the scorecard", "Who is asked", "How a person decides", "Where two people decide"
AUTOMATION, CHECKS = "How far automation may go", "How it is watched"
FIELDS: dict[str, Field] = {
    "anomalous_from": Field("A person looks from score", SCORES),
    "high_from": Field("High from score", SCORES),
    "decline_from": Field("The scorecard advises against from score", SCORES),
    "review_anomalous_minutes": Field("Anomalous: review within", SCORES, "min"),
    "review_high_minutes": Field("High: review within", SCORES, "min"),
    "attack_orders": Field("Orders that make an attack", SCORES),
    "attack_minutes": Field("An attack: sharing a key within", SCORES, "min"),
    "advisor": Field("Advisor", ASKED),
    "ask_bands": Field("Asked about", ASKED),
    "budget": Field("Budget for a store and day", ASKED, "USD", "0: as the setting says."),
    "second_share": Field("Asked again without the customer's text", ASKED, "%"),
    "blind_share": Field(
        "Advice closed until a first impression", PEOPLE, "%", "Of the cases, drawn by their id: it shows how far advice sways."
    ),
    "checklist_required": Field("The checklist must be complete", PEOPLE, "", "Nobody decides while an item is open."),
    "again_share": Field(
        "Judged again by a second person, blind",
        PEOPLE,
        "%",
        "Of people's decisions: it shows how far they agree. It begins once a store has fifty in the lane; 100 % begins at once.",
    ),
    "known_share": Field(
        "Known answers put among them",
        PEOPLE,
        "%",
        "Of the cases whose truth came out, never more than one for four others; it begins as the share above does.",
    ),
    "two_from": Field(
        "Two people from amounts", TWO, "", "Such as EUR 1000, USD 1000. A currency that is not named always needs two people."
    ),
    "bulk_most": Field("Cases in one bulk decision, at most", TWO, "", "A bulk decision always needs two people."),
    "highest_mode": Field("Highest rung", AUTOMATION, "", "No promotion goes beyond it."),
    "automatic": Field("Outcomes that automation may choose", AUTOMATION),
    "most_amount": Field("Order total up to", AUTOMATION, "", "In the store's currency; orders in others go to a person."),
    "most_a_day": Field("Automatic decisions of a store in one day", AUTOMATION),
    "least_confidence": Field("Least confidence of the advisor", AUTOMATION),
    "sampling_share": Field("Share that a person checks", CHECKS, "%", "While the rung is sampled, never less than 10 %."),
    "sampling_floor": Field("Checks a week, at least", CHECKS, "", "While the rung is sampled, never less than 20."),
    "latency_seconds": Field("95 % of the answers come within", CHECKS, "s"),
}
SHARES = frozenset({"second_share", "blind_share", "again_share", "known_share", "sampling_share"})


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a difference. `before` is "" where there was nothing."""

    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def shown(lane: Lane, name: str, value: Any) -> str:
    """A field's value in words."""
    choices = dict(ADVISORS) if name == "advisor" else {}
    if name == "ask_bands":
        return ", ".join(label for key, label in BANDS if key in value) or "nothing"
    if name == "automatic":
        return ", ".join(lane.outcomes[key].label if key in lane.outcomes else key for key in value) or "none"
    if name == "two_from":
        return write_amounts(value) or "always"
    if name == "highest_mode":
        return str(Mode(value).label)
    if name in SHARES:
        return f"{(Decimal(value) * 100).normalize():f} %"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        value = f"{value:,.2f}"
    elif isinstance(value, int):
        value = f"{value:,}"
    text = choices.get(value, str(value))
    return f"{text} {unit}" if (unit := FIELDS[name].unit) else text.capitalize() if name == "least_confidence" else text


def changes(lane: Lane, before: Content, before_rule: Sequence[Sequence[Any]], after: PolicyVersion) -> list[Change]:
    """Every field of a version beside what is in force, the rule in words first."""
    new = Content.model_validate(after.content)
    lines = [Change("Orders", _rule(lane, before_rule), _rule(lane, after.rule))]
    for name, field in FIELDS.items():
        lines.append(Change(field.label, shown(lane, name, getattr(before, name)), shown(lane, name, getattr(new, name))))
    held, said = own.values(lane, before.settings), own.values(lane, new.settings)
    return lines + [Change(own.label(name, info), own.shown(held[name]), own.shown(said[name])) for name, info in own.known(lane).items()]


def _rule(lane: Lane, rule: Sequence[Sequence[Any]]) -> str:
    return ", and ".join(words(lane.facts, rule)) or "all"

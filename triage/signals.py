"""What the rules of the triage lane see: flags and exceptions as signals whose claims anybody can check, and how clear the routing is."""

from dataclasses import replace

from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Policy, Seen
from triage import plans
from triage.classes import triage
from triage.policy import limits_of, routing_of

# How much each needs a person: an exception by its severity, a flag that waits for one, any other flag.
EXCEPTION = {1: 70, 2: 55, 3: 40, 4: 30}
PERSON, FLAG, UNCLEAR = 30, 1, 30
# The first reason counts whole, each further one a little: many make it no other kind of question, and never one that rules out to ship.
FURTHER, MOST = 5, 99


def see(evidence: Evidence, policy: Policy) -> list[Seen]:
    """Exceptions first, then flags, then the routing. What waits for fraud review counts nothing here: it is asked there."""
    limits = limits_of(policy)
    found = triage(evidence, limits)
    seen = [
        Seen(
            one.of.key, "exception", "fired", 0 if one.of.key == "fraud_hold" else EXCEPTION[one.of.severity], one.rule.says,
            one.rule.cited(evidence, limits),
        )
        for one in found.exceptions
    ]  # fmt: skip
    seen += [
        Seen(flag.key, "flag", "fired", PERSON if flag.person else FLAG, flag.rule.says, flag.rule.cited(evidence, limits))
        for flag in found.flags
    ]
    if evidence["plans"]:
        clear = plans.is_clear(evidence, routing_of(policy))
        says = "One plan is clearly the best." if clear else "Two plans are nearly as good as each other."
        seen.append(Seen("routing", "routing", "clearing" if clear else "fired", 0 if clear else UNCLEAR, says, (("plans", "ge", 1),)))
    seen = _weighed(seen)
    for key in evidence.missing():
        seen.append(
            Seen(f"no_{key}", "missing", "unavailable", 0, f"{evidence.facts[key].label} is not available", ((key, "absent", None),))
        )
    return seen


def _weighed(seen: list[Seen]) -> list[Seen]:
    """The strongest first counts whole, and the sum stays below what would be against shipping at all (policy.decline_from)."""
    first = max(range(len(seen)), key=lambda place: seen[place].points, default=0)
    left, found = MOST - (seen[first].points if seen else 0), []
    for place, one in enumerate(seen):
        points = one.points if place == first else min(one.points, FURTHER, left)
        left -= 0 if place == first else points
        found.append(replace(one, points=points))
    return found

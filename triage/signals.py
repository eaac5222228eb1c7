"""What the rules of the triage lane see: flags and exceptions as signals whose claims anybody can check, and how clear the routing is."""

from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Policy, Seen
from triage import plans
from triage.classes import triage
from triage.policy import limits_of, routing_of

# How much each needs a person: an exception by its severity, a flag that waits for one, any other flag.
EXCEPTION = {1: 70, 2: 55, 3: 40, 4: 30}
PERSON, FLAG, UNCLEAR = 30, 1, 30


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
    for key in evidence.missing():
        seen.append(
            Seen(f"no_{key}", "missing", "unavailable", 0, f"{evidence.facts[key].label} is not available", ((key, "absent", None),))
        )
    return seen

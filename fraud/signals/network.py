"""The network: what linked orders became, the lists, and what the platform itself says."""

from fraud.signals.table import Hit, at_least, hit, reached, signal, times
from ordersops.advice.facts import Evidence

PLATFORM = {"medium": 0, "high": 1}
LISTED = {"email": "e-mail", "phone": "phone", "ip": "IP address", "card": "card", "ship": "shipping address", "device": "device"}


@signal("network", "Linked to confirmed fraud", "linked_fraud", source="fraud.md 4.12 #87")
def linked_to_fraud(e: Evidence) -> Hit | None:
    if not e["linked_fraud"]:
        return None
    linked = times(e["linked_fraud"], "linked order is", "linked orders are")
    return hit(f"{linked} confirmed fraud", at_least("linked_fraud", 1))


@signal("network", "Linked to declined orders", "linked_declined", source="fraud.md 4.12 #87, #88")
def linked_to_declined(e: Evidence) -> Hit | None:
    level = reached(e["linked_declined"], 1, 3)
    if level is None:
        return None
    linked = times(e["linked_declined"], "linked order was", "linked orders were")
    return hit(f"{linked} declined", at_least("linked_declined", (1, 3)[level]), level=level)


@signal("network", "Linked to disputes", "linked_disputed", source="fraud.md 4.8 #66")
def linked_disputes(e: Evidence) -> Hit | None:
    level = reached(e["linked_disputed"], 1, 3)
    if level is None:
        return None
    linked = times(e["linked_disputed"], "linked order of somebody else was", "linked orders of others were")
    return hit(f"{linked} disputed", at_least("linked_disputed", (1, 3)[level]), level=level)


@signal("network", "Risk according to the platform", "platform_risk", source="fraud.md 4.7 #56")
def platform_risk(e: Evidence) -> Hit | None:
    """An input, not a verdict."""
    level = PLATFORM.get(e["platform_risk"])
    return (
        None
        if level is None
        else hit(f"The platform calls the risk {e['platform_risk']}", ("platform_risk", "eq", e["platform_risk"]), level=level)
    )


@signal("network", "Low risk according to the platform", "platform_risk", source="fraud.md 4.7 #56")
def platform_risk_low(e: Evidence) -> Hit | None:
    return hit("The platform calls the risk low", ("platform_risk", "eq", "low")) if e["platform_risk"] == "low" else None


@signal("network", "Warnings of the platform", "platform_risk_facts", source="fraud.md 4.7 #56")
def platform_facts(e: Evidence) -> Hit | None:
    warning = next((row for row in e["platform_risk_facts"] if row.get("sentiment") == "negative"), None)
    if warning is None:
        return None
    return hit(
        f"The platform warns: “{warning['says']}”", ("platform_risk_facts", "contains", {"sentiment": "negative", "says": warning["says"]})
    )


@signal("network", "Block list", "block_hits", source="fraud.md 4.12 #90")
def block_list(e: Evidence) -> Hit | None:
    keys = e["block_hits"]
    return hit(f"On the block list: {', '.join(LISTED[key] for key in keys)}", *(("block_hits", "contains", key) for key in keys))


@signal("network", "Allow list", "allow_hits", source="fraud.md 4.12 #91")
def allow_list(e: Evidence) -> Hit | None:
    keys = e["allow_hits"]
    return hit(f"On the allow list: {', '.join(LISTED[key] for key in keys)}", *(("allow_hits", "contains", key) for key in keys))

"""An attack: many orders that share a key in a short time, and behave like card testing. Its orders become one case."""

from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Policy

# Per key: the count of earlier orders on it, and what must be there besides sheer number, so that a shared office or a popular
# bank is no attack. The first key that fits names the attack: the connection before the bank.
MARKS: dict[str, tuple[str, dict[str, int]]] = {
    "ip": ("orders_by_ip_1h", {"small_burst_1h": 4, "failed_burst_1h": 3, "cards_by_ip_1h": 4}),
    "device": ("orders_by_device_1h", {"small_burst_1h": 4, "failed_burst_1h": 3}),
    "bin": ("bin_suspect_1h", {"bin_suspect_1h": 4}),
    "ship": ("orders_by_ship_1h", {"emails_by_ship_30d": 4}),
}


def key(evidence: Evidence, policy: Policy) -> str:
    """Such as `ip:123`, with the digest of orders/keys.py, or "". This order counts too; the hour is the policy's `attack_within`."""
    for name, (count, marks) in MARKS.items():
        digest = evidence[f"key_{name}"]
        if digest is None or not evidence.has(count) or evidence[count] + 1 < policy.attack_orders:
            continue
        if name == "bin" and not (evidence["amount_small"] or evidence["failed_attempts"]):
            continue
        if any(evidence.has(mark) and evidence[mark] >= limit for mark, limit in marks.items()):
            return f"{name}:{digest}"
    return ""

"""The case page while its advice is closed to the person: what tells of the advice is taken out, so that no template can give it away."""

from typing import Any

from ordersops.closed import TELLING

# What the page tells of the advice and of what others made of it; the rest rests on the evidence alone.
ADVICE = frozenset({
    "recommendation", "outcome", "claims", "claims_failed", "claims_why", "claims_but", "claims_more", "faults", "notes", "warnings",
    "standing_in", "considered", "prose", "draft", "set_aside", "advisor_label", "sure", "sure_why", "policy", "mode_words",
    "rollout_anchor", "older_recommendations", "risk_points", "clearing_points", "impressions", "decisions",
    "proposal", "proposals", "sent_back", "effects", "approve_terms", "override_terms",
})  # fmt: skip


def closed(context: dict[str, Any]) -> dict[str, Any]:
    """The context without the advice. What the rules saw stays, without its points: they add up to the score."""
    found = {name: value for name, value in context.items() if name not in ADVICE}
    for group in [*found["risk_groups"], *found["clearing_groups"]]:
        group["points"] = 0
        for signal in group["signals"]:
            signal.points, signal.width, signal.set_aside = 0, 0, ""
            signal.claims_checked = [claim for claim in signal.claims_checked if claim["verified"]]
        group["signals"].sort(key=lambda signal: signal.says)
    for side in ("risk_groups", "clearing_groups"):
        found[side] = sorted(found[side], key=lambda group: group["label"])
    found["timeline"] = [event for event in found["timeline"] if event.verb not in TELLING]
    return found

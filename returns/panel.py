"""Context of templates/returns/_panel.html: the twelve checks of each line, what else could be done and what it costs, and the evidence."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from ordersops.advice.facts import Evidence
from returns.eligibility.costs import Cost
from returns.eligibility.outcome import OUTCOMES
from returns.grounds import GROUNDS
from returns.models import Photo
from returns.policy import Settings
from returns.rules import judged

RESULTS = {
    "passed": ("good", "Passed"), "denied": ("bad", "Denied"), "person": ("warn", "A person looks"), "ask": ("warn", "Ask the customer"),
    "keep": ("info", "May stay there"), "right": ("good", "Right by law"), "overridden": ("info", "Overridden"), "not_reached": ("", "Not reached"),
}  # fmt: skip


def context(evidence: Evidence, settings: Settings, *, policy: str) -> dict[str, Any]:
    found = judged(evidence, settings, policy=policy)
    try:
        address = reverse("return", args=[evidence["request"]])
    except NoReverseMatch:
        address = ""
    fact = evidence.facts.get("left_to_refund")
    currency = fact.unit if fact else ""
    lines, photos = [], _photos(evidence)
    for line in found.lines:
        lines.append(
            {
                "key": line.line.key, "title": line.line.title or line.line.sku, "asked": line.line.asked, "value": line.line.value,
                "ground": GROUNDS[line.line.reason].label, "words": line.line.words, "photos": photos[line.line.key],
                "outcome": OUTCOMES[line.advised.outcome],
                "leaning": OUTCOMES[line.advised.leaning] if line.advised.leaning != line.advised.outcome else "",
                "drove": line.advised.drove,
                "rows": [{"row": row, "tone": RESULTS[row.result][0], "said": RESULTS[row.result][1]} for row in line.rows],
                "cost": _cost(line.advised.cost) if line.advised.cost else None,
                "alternatives": [_cost(one) for one in line.advised.alternatives],
                "evidence": line.evidence, "missing": sum(item.missing for item in line.evidence),
            }
        )  # fmt: skip
    return {
        "lines": lines,
        "signs": found.signs,
        "by_hand": found.by_hand,
        "policy": found.policy,
        "currency": currency,
        "address": address,
    }


def bare(evidence: Evidence, settings: Settings) -> dict[str, Any]:
    """What is asked for and shown, without what the rules make of it."""
    whole = context(evidence, settings, policy="")
    kept = ("key", "title", "asked", "value", "ground", "words", "photos")
    return {"lines": [{name: line[name] for name in kept} for line in whole["lines"]], "currency": whole["currency"], "address": ""}


def _photos(evidence: Evidence) -> dict[str, list[Photo]]:
    """By line, as they lie now: one that came after the advice is seen, too."""
    found: defaultdict[str, list[Photo]] = defaultdict(list)
    try:
        request = UUID(str(evidence["request"]))
    except ValueError:
        return found
    for photo in Photo.objects.filter(line__request=request).defer("body"):
        found[str(photo.line_id)].append(photo)
    return found


def _cost(one: Cost) -> dict[str, Any]:
    gain = -one.amount if one.amount is not None and one.amount < 0 else None
    return {"label": OUTCOMES[one.outcome], "amount": one.amount, "gain": gain, "parts": one.parts}

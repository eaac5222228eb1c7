"""What a second reviewer sees: the evidence of the decision's snapshot, and nothing else.

Built out of what may be shown, and not by taking away what may not: no advice, score, decision, decider, later event or dispute is ever
in the context. What would lead to the order (its number, ids) and tell how old it is (dates) stays out too: cases whose truth has come
out are older than others. Times are told as seen from the moment of the snapshot.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ordersops.advice import precedents
from ordersops.advice.facts import Evidence, Fact
from ordersops.cases.lanes import Lane, Outcome, Reason, lane
from ordersops.insights.models import SecondReview
from ordersops.review.closed import closed
from ordersops.review.evidence import advice_shown, facts_row
from ordersops.review.queries import reasons_of
from ordersops.rollout.queries import written

MINUTE, HOUR, DAY = 60, 3600, 86400


def page(review: SecondReview) -> dict[str, Any]:
    """The context of insights/review.html. `review` comes with recommendation, snapshot, signals, case order and store."""
    about, advice = lane(review.lane), review.recommendation
    shown = closed({**advice_shown(advice, about), "timeline": []})
    evidence: Evidence = shown["frozen"]
    hidden = _leads_to(review)
    panel = about.panel(evidence, written(advice).policy(advice.policy_version))
    return {
        "review": review,
        "lane": about,
        "choices": choices(about),
        "available": {"closed": True},  # the fragments of the case page leave points and weights out
        "risk_groups": _timeless(shown["risk_groups"]),
        "clearing_groups": _timeless(shown["clearing_groups"]),
        "total": next((facts_row(fact)["shown"] for fact in evidence if fact.kind == "money" and fact.state == "present"), ""),
        "absent": shown["absent"],
        "unanswered": shown["unanswered"],
        "facts": [row for fact in evidence if (row := _row(fact, review.recommendation.snapshot.taken_at, hidden))],
        "panel_template": f"{about.key}/_panel.html",
        "panel": panel,
        "linked": _linked(panel.get("linked", ()), review.recommendation.snapshot.taken_at),
    }


def reasons_for(outcome: str, among: Iterable[Reason]) -> list[Reason]:
    """Reasons that can be given without having seen any advice."""
    return [reason for reason in among if outcome in reason.outcomes and not reason.overrides and not reason.default]


def choices(about: Lane) -> list[tuple[Outcome, str, list[Reason]]]:
    """The outcomes, each with the key that chooses it (the first free letter of its button) and its reasons."""
    taken, found, reasons = set("jkn"), [], reasons_of(about)
    for outcome in about.outcomes.values():
        key = next((letter for letter in outcome.button.casefold() if letter.isalpha() and letter not in taken), "")
        taken.add(key)
        found.append((outcome, key, reasons_for(outcome.key, reasons)))
    return found


def _leads_to(review: SecondReview) -> frozenset[str]:
    order = review.case.order
    return frozenset({str(order.pk), order.number, order.number.lstrip("#"), order.external_id})


def _row(fact: Fact, taken_at: datetime, hidden: frozenset[str]) -> dict[str, Any] | None:
    if fact.key == precedents.KEY or fact.key.startswith("key_") or (fact.state == "present" and str(fact.value) in hidden):
        return None
    row = facts_row(fact)
    row["observed_at"] = None
    if isinstance(fact.value, datetime):
        row["shown"] = before(fact.value, taken_at)
    elif isinstance(fact.value, list):
        row["shown"] = ", ".join(_entry(entry, hidden) for entry in fact.value) or "none"
        if any(isinstance(entry, dict) and "placed_at" in entry for entry in fact.value):
            row["shown"] = f"{len(fact.value)}, in the table of linked orders"
    return row


def _entry(entry: Any, hidden: frozenset[str]) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return " ".join(str(part) for part in entry.values() if part not in (None, "") and str(part) not in hidden)


def _timeless(groups: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = list(groups)
    for group in found:
        for signal in group["signals"]:
            signal.claims_checked = [{**claim, "observed_at": None} for claim in signal.claims_checked]
    return found


def _linked(rows: Iterable[dict[str, Any]], taken_at: datetime) -> list[dict[str, Any]]:
    """Linked orders as they were known then, without what leads to them."""
    return [
        {"shares": row["shares"], "total": row["total"], "outcome": row["outcome"], "tone": row["tone"], "icon": row["icon"],
         "when": before(row["placed_at"], taken_at)}
        for row in rows
    ]  # fmt: skip


def before(moment: datetime, taken_at: datetime) -> str:
    """So long before the snapshot was taken."""
    seconds = (taken_at - moment).total_seconds()
    size, unit = (DAY, "day") if seconds >= DAY else (HOUR, "hour") if seconds >= HOUR else (MINUTE, "minute")
    count = int(abs(seconds) // size)
    if not count:
        return "at that moment"
    return f"{count} {unit}{'' if count == 1 else 's'} {'before' if seconds > 0 else 'after'}"

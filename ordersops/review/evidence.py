"""Frozen evidence as people read it: signals with their checked claims, facts in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.models import Recommendation, Signal
from ordersops.cases.lanes import Lane
from ordersops.templatetags.ordersops import money, width

ADVISORS = {"scorecard": "Scorecard"}


def advice_shown(recommendation: Recommendation | None, about: Lane) -> dict[str, Any]:
    """The parts of the case page that rest on one recommendation and its snapshot."""
    if recommendation is None:
        return {
            "frozen": None, "evidence": [], "claims": [], "missing": [], "risk_signals": [], "clearing_signals": [], "unavailable_signals": [],
            "risk_points": 0, "clearing_points": 0, "advisor_label": "", "distance": "", "snapshot": None,
        }  # fmt: skip
    evidence = recommendation.snapshot.evidence
    signals = sorted(recommendation.signals.all(), key=lambda signal: signal.pk)
    claims = _claims(recommendation, evidence, signals)
    most = max((abs(signal.points) for signal in signals), default=0) or 1
    for signal in signals:
        signal.claims_checked = _checked(signal, claims, evidence)  # type: ignore[attr-defined]
        signal.width = width(abs(signal.points) * 100 / most)  # type: ignore[attr-defined]
    risk = sorted((s for s in signals if s.state != "unavailable" and s.points > 0), key=lambda s: -s.points)
    clearing = sorted((s for s in signals if s.state != "unavailable" and s.points <= 0), key=lambda s: s.points)
    for other in recommendation.alternatives:
        outcome = about.outcomes.get(other.get("outcome", ""))
        other["label"] = outcome.label if outcome else other.get("outcome", "")
    return {
        "frozen": evidence,
        "snapshot": recommendation.snapshot,
        "evidence": [facts_row(fact) for fact in evidence],
        "claims": claims,
        "missing": [evidence.facts[key].label if key in evidence.facts else key for key in recommendation.missing],
        "risk_signals": risk,
        "clearing_signals": clearing,
        "unavailable_signals": [s for s in signals if s.state == "unavailable"],
        "risk_points": sum(s.points for s in risk),
        "clearing_points": -sum(s.points for s in clearing),
        "advisor_label": ADVISORS.get(recommendation.advisor, recommendation.advisor.capitalize()),
        "distance": next((f"{shown(fact)} apart" for fact in evidence if fact.unit == "km" and fact.state == "present"), ""),
    }


def facts_row(fact: Fact) -> dict[str, Any]:
    return {
        "key": fact.key, "label": fact.label, "kind": fact.kind, "value": fact.value, "state": fact.state, "source": fact.source,
        "trust": fact.trust, "unit": fact.unit, "personal": fact.personal, "observed_at": fact.observed_at, "shown": shown(fact),
    }  # fmt: skip


def shown(fact: Fact) -> str:
    """The value in words; "" where there is none."""
    value = fact.value
    if fact.state != "present" or value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if fact.kind == "money":
        return money(value, fact.unit)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, list):
        return ", ".join(_entry(entry) for entry in value) or "none"
    text = format(value.normalize(), "f") if fact.kind == "number" else str(value)
    return f"{text} {fact.unit}".strip()


def _entry(entry: Any) -> str:
    return " ".join(str(part) for part in entry.values() if part not in (None, "")) if isinstance(entry, dict) else str(entry)


def _claims(recommendation: Recommendation, evidence: Evidence, signals: Sequence[Signal]) -> list[dict[str, Any]]:
    """The recommendation's claims, each with the label and source of its fact and the signal that rests on it."""
    rests_on = {fact: signal.key for signal in reversed(signals) for fact in signal.facts}
    found = []
    for claim in recommendation.claims:
        fact = evidence.facts.get(claim.get("fact", ""))
        row = {**claim, "signal": rests_on.get(claim.get("fact", ""), ""), **_said_by(fact, claim.get("fact", ""))}
        if fact is not None and fact.state == "present":
            row["actual"] = shown(fact)
        found.append(row)
    return found


def _checked(signal: Signal, claims: list[dict[str, Any]], evidence: Evidence) -> list[dict[str, Any]]:
    """What a signal rests on: the advisor's claims about its facts, else the frozen facts themselves."""
    found = []
    for key in signal.facts:
        about = [claim for claim in claims if claim.get("fact") == key]
        fact = evidence.facts.get(key)
        if about:
            found.extend(about)
        elif fact is not None and fact.state == "present":
            found.append({
                "fact": key, "op": "eq", "value": shown(fact), "actual": shown(fact), "verified": True, "sentence": f"{fact.label}: {shown(fact)}",
                **_said_by(fact, key),
            })  # fmt: skip
    return found


def _said_by(fact: Fact | None, key: str) -> dict[str, Any]:
    return {"label": fact.label if fact else key, "source": fact.source if fact else "", "trust": fact.trust if fact else ""}

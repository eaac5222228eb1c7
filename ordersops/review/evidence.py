"""Frozen evidence as people read it: signals with their checked claims, facts in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ordersops.advice import precedents
from ordersops.advice.cleaning import clean
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.justify import WORDS, describe
from ordersops.advice.models import Recommendation, Signal
from ordersops.advice.verify import SENTENCES, plain
from ordersops.cases.lanes import Lane
from ordersops.review.provenance import provenance
from ordersops.templatetags.ordersops import money, width

CLAIMS_AT_A_GLANCE = 4  # on each side; the others are in a fold
ABOUT_VALUES = frozenset({"unknown_fact", "not_present", "mismatch", "bad_operator"})  # what was claimed is not what is true
SHARED_SHOWN = 2
GROUPS = {"geo": "Location", "past": "History", "email": "E-mail"}  # others are their own words


def advice_shown(recommendation: Recommendation | None, about: Lane) -> dict[str, Any]:
    """The parts of the case page that rest on one recommendation and its snapshot."""
    if recommendation is None:
        return {
            "frozen": None, "evidence": [], "claims": [], "missing": [], "risk_signals": [], "clearing_signals": [], "unavailable_signals": [],
            "risk_groups": [], "clearing_groups": [], "absent": [], "not_collected": [], "unanswered": [], "risk_points": 0, "clearing_points": 0,
            "advisor_label": "", "distance": "", "snapshot": None, "precedents": [],
        }  # fmt: skip
    evidence = recommendation.snapshot.evidence
    signals = sorted(recommendation.signals.all(), key=lambda signal: signal.pk)
    claims = _claims(recommendation, evidence, signals)
    most = max((abs(signal.points) for signal in signals), default=0) or 1
    for signal in signals:
        signal.claims_checked = _checked(signal, claims, evidence)
        signal.width = width(abs(signal.points) * 100 / most)
    risk = sorted((s for s in signals if s.state != "unavailable" and s.points > 0), key=lambda s: -s.points)
    clearing = sorted((s for s in signals if s.state != "unavailable" and s.points <= 0), key=lambda s: s.points)
    _cleaned(recommendation)
    for other in recommendation.alternatives:
        outcome = about.outcomes.get(other.get("outcome", ""))
        other["label"] = outcome.label if outcome else other.get("outcome", "")
    return {
        "frozen": evidence,
        "snapshot": recommendation.snapshot,
        "evidence": [facts_row(fact) for fact in evidence],
        "claims": claims,
        **_sides(claims, about, recommendation),
        "missing": [evidence.facts[key].label if key in evidence.facts else clean(str(key), most=60) for key in recommendation.missing],
        "risk_groups": _grouped(risk),
        "clearing_groups": _grouped(clearing),
        "absent": [facts_row(fact) for fact in evidence if fact.state == "unavailable"],
        "not_collected": [facts_row(fact) for fact in evidence if fact.state == "not_collected"],
        "risk_signals": risk,
        "clearing_signals": clearing,
        # A signal that only wants for a fact named already says nothing new.
        "unanswered": [
            s
            for s in signals
            if s.state == "unavailable" and not any(key in evidence.facts and evidence.facts[key].state == "unavailable" for key in s.facts)
        ],
        "unavailable_signals": [s for s in signals if s.state == "unavailable"],
        "risk_points": sum(s.points for s in risk),
        "clearing_points": -sum(s.points for s in clearing),
        "distance": next((f"{shown(fact)} apart" for fact in evidence if fact.unit == "km" and fact.state == "present"), ""),
        "precedents": _precedents(evidence, about, signals),
        **provenance(recommendation, about, evidence, signals),
    }


def _grouped(signals: Sequence[Signal]) -> list[dict[str, Any]]:
    """Signals under what they are about, the weightiest group first; in a group they stay in the order given."""
    found: dict[str, list[Signal]] = {}
    for signal in signals:
        found.setdefault(signal.group, []).append(signal)
    groups = [
        {"label": GROUPS.get(name, name.replace("_", " ").capitalize()), "signals": rows, "points": sum(abs(row.points) for row in rows)}
        for name, rows in found.items()
    ]
    return sorted(groups, key=lambda group: -group["points"])


def _cleaned(recommendation: Recommendation) -> None:
    """Its texts as they can be shown: the row is never written again, and what it holds may carry signs that nobody sees."""
    recommendation.justification = clean(recommendation.justification, most=6000)
    recommendation.advisor_version = clean(recommendation.advisor_version, most=120)
    recommendation.chosen_because = clean(recommendation.chosen_because, most=200)
    recommendation.alternatives = [
        {str(name): clean(str(said), most=600) for name, said in row.items()}
        for row in recommendation.alternatives
        if isinstance(row, dict)
    ]


def _sides(claims: list[dict[str, Any]], about: Lane, recommendation: Recommendation) -> dict[str, Any]:
    """The claims as a reviewer weighs them: what fails, what speaks for the outcome, what against it; the rest in a fold."""
    outcome = about.outcomes.get(recommendation.outcome)
    towards = "against" if outcome is not None and outcome.tone == "good" else "for"
    sound = [claim for claim in claims if claim["verified"]]
    why, why_more = _glance([claim for claim in sound if claim["direction"] == towards])
    but, but_more = _glance([claim for claim in sound if claim["direction"] != towards])
    return {
        "claims_failed": [claim for claim in claims if not claim["verified"]],
        "claims_why": why,
        "claims_but": but,
        "claims_more": [*why_more, *but_more],
    }


def _glance(claims: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The first few, each about another signal, and the rest."""
    first: dict[str, dict[str, Any]] = {}
    for claim in claims:
        first.setdefault(claim["signal"] or claim["sentence"], claim)
    shown_first = list(first.values())[:CLAIMS_AT_A_GLANCE]
    return shown_first, [claim for claim in claims if not any(claim is one for one in shown_first)]


def _precedents(evidence: Evidence, about: Lane, signals: Sequence[Signal]) -> list[dict[str, Any]]:
    """Similar orders that people decided before, as the evidence froze them; signals in words where this order has them too."""
    says = {signal.key: signal.says for signal in signals}
    found = []
    for row in evidence[precedents.KEY] or ():
        outcome = about.outcomes.get(row.get("outcome", ""))
        found.append({
            **row,
            "outcome_label": outcome.button if outcome else row.get("outcome", ""),
            "tone": outcome.tone if outcome else "neutral",
            "amount": money(row["amount"], row.get("currency", "")) if row.get("amount") else "",
            "shared": [says.get(key, key) for key in str(row.get("shared", "")).split(", ") if key][:SHARED_SHOWN],
        })  # fmt: skip
    return found


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
    if isinstance(value, list) and fact.key == precedents.KEY:
        return f"{len(value)}, in the table of similar orders"
    if isinstance(value, list):
        return ", ".join(_entry(entry) for entry in value) or "none"
    text = format(value.normalize(), "f") if fact.kind == "number" else clean(str(value))
    return f"{text} {fact.unit}".strip()


def _entry(entry: Any) -> str:
    return clean(" ".join(str(part) for part in entry.values() if part not in (None, "")) if isinstance(entry, dict) else str(entry))


def _claims(recommendation: Recommendation, evidence: Evidence, signals: Sequence[Signal]) -> list[dict[str, Any]]:
    """The recommendation's claims, each with the label and source of its fact and the signal that rests on it."""
    rests_on = {fact: signal.key for signal in reversed(signals) for fact in signal.facts}
    found = []
    for claim in recommendation.claims:
        fact = evidence.facts.get(claim.get("fact", ""))
        row = {**claim, "signal": rests_on.get(claim.get("fact", ""), ""), **_said_by(fact, claim.get("fact", ""))}
        row["actual"] = shown(fact) if fact is not None and fact.state == "present" else None
        row["sentence"] = clean(str(claim.get("sentence") or ""), most=400) or _in_words(claim, fact)
        if not row["verified"]:
            code = str(claim.get("code", ""))
            row["claimed"] = _in_words(claim, fact) if code in ABOUT_VALUES else ""
            row["why"] = SENTENCES.get(code, SENTENCES["mismatch"])
        found.append(row)
    return found


def _in_words(claim: dict[str, Any], fact: Fact | None) -> str:
    """The claim itself, whatever sentence an advisor put around it."""
    key, op, value = str(claim.get("fact", "")), str(claim.get("op", "")), claim.get("value")
    return clean(describe(fact, op, value) if fact else f"{key} {WORDS.get(op, op)} {plain(value)}", most=300)


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
    return {
        "label": fact.label if fact else clean(str(key), most=60),
        "source": fact.source if fact else "",
        "trust": fact.trust if fact else "",
        "observed_at": fact.observed_at if fact else None,
    }

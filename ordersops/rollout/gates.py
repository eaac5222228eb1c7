"""Gates of the ladder (policies.md 4.11): what must have been measured to climb a rung, and what makes a lane fall.

The formulas are pure. `gates()` reads the figures and asks; a gate that is not met says in a sentence what is missing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ordersops.rollout import figures
from ordersops.rollout.figures import FIRST, Agreement
from ordersops.rollout.models import AUTOMATED, LADDER, Mode, TrialSource
from ordersops.rollout.queries import InForce, lower
from ordersops.rollout.reviewers import LEAST_PEOPLE, enough

Z = 1.959964  # two-sided 95 %
# policies.md 4.11, but for sampled -> auto, which is ours: as strict, and on checks alone.
ASSIST_DECISIONS, ASSIST_AGREEMENT = 100, 0.85
SAMPLED_DECISIONS, SAMPLED_AGREEMENT = 200, 0.97
AUTO_CHECKS, AUTO_AGREEMENT = 200, 0.97
KEEP_CHECKS, KEEP_AGREEMENT = 100, 0.93
DRIFT, DRIFT_LEAST = 0.25, 100
DEAD_EFFECTS, SILENT_MINUTES = 3, 15
SLOW_LEAST = 20  # calls, below which 95 % of them say nothing about slowness; ours


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition. `sentence` says what is missing, or what is there; `have` and `need` ("" where it is no amount) are for reading."""

    name: str
    ok: bool
    have: str
    need: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "have": self.have, "need": self.need}


# --- Formulas -------------------------------------------------------------------------------------------------------
def lower_bound(agreed: int, n: int) -> float:
    """Lower end of the Wilson score interval with 95 % confidence; 0 without measurements.

    (p + z^2/2n - z * sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). E. B. Wilson, Probable inference, the law of succession, and
    statistical inference, JASA 22 (1927); recommended for a proportion near 1 by R. G. Newcombe, Statistics in Medicine 17 (1998).
    """
    if n <= 0:
        return 0.0
    p, zz = agreed / n, Z * Z
    return max((p + zz / (2 * n) - Z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))) / (1 + zz / n), 0.0)


def percentile_95(values: Sequence[int]) -> int | None:
    """The smallest value that 95 % of them do not exceed (nearest rank); None of nothing."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1] if values else None


def stability(before: Sequence[int], now: Sequence[int]) -> float:
    """Population stability index of two sets of scores 0-100 in ten bins: sum((q - p) * ln(q / p)).

    N. Siddiqi, Credit Risk Scorecards (2006), chapter 8; above 0.25 the population has shifted. Half a count is added to
    every bin, so that an empty one is not infinitely far away.
    """
    shares = []
    for scores in (before, now):
        bins = [0.5] * 10
        for score in scores:
            bins[min(max(score, 0) // 10, 9)] += 1
        shares.append([count / sum(bins) for count in bins])
    return sum((q - p) * math.log(q / p) for p, q in zip(*shares, strict=True))


def cannot_be_kept(checks: Agreement) -> bool:
    """Whether the last hundred checks are below the bound, or would be though all that are still missing of them agreed."""
    wrong = checks.n - checks.agreed
    return lower_bound(KEEP_CHECKS - wrong, KEEP_CHECKS) < KEEP_AGREEMENT


# --- Climbing -------------------------------------------------------------------------------------------------------
def next_rung(rung: str) -> str:
    """The rung above, "" at the top."""
    place = LADDER.index(rung) + 1
    return LADDER[place] if place < len(LADDER) else ""


def gates(in_force: InForce, to: str, *, by: UUID | None = None) -> list[Gate]:
    """What it takes to climb to `to` under the policy and with the advisor in force, as it is now, if `by` promotes.

    Towards automation the decisions of the policy's author and of `by` do not count. How many decisions people have ever made in
    the scope, whoever they are, is another question.
    """
    without = {person for person in (in_force.author, by) if person}
    found = [_allowed(in_force, to)]
    if to == Mode.ASSIST:
        found += _agrees(figures.agreement(in_force, TrialSource.values), ASSIST_DECISIONS, ASSIST_AGREEMENT, "decisions")
    elif to == Mode.SAMPLED:
        people = figures.agreement(in_force, figures.BY_PEOPLE, without=without)
        found += [*_agrees(people, SAMPLED_DECISIONS, SAMPLED_AGREEMENT, "decisions by people"), _reviewers(people)]
        found += [_first(figures.people_decisions(in_force)), _harmless(figures.harms(in_force)), _quick(in_force)]
    elif to == Mode.AUTO:
        checks = figures.agreement(in_force, [TrialSource.SAMPLED], without=without)
        found += [*_agrees(checks, AUTO_CHECKS, AUTO_AGREEMENT, "checks of automatic decisions"), _reviewers(checks)]
        found += [_harmless(figures.harms(in_force)), _quick(in_force)]
    return found


def missing(found: Sequence[Gate]) -> list[str]:
    """The sentences of those that are not met."""
    return [gate.sentence for gate in found if not gate.ok]


def _allowed(in_force: InForce, to: str) -> Gate:
    most = in_force.content.highest_mode
    ok = not lower(most, to)
    said = f"The policy allows {_label(to)}." if ok else f"The policy allows {_label(most)} at most; a new version must allow {_label(to)}."
    return Gate("Policy", ok, "yes" if ok else "no", "", said)


def _agrees(found: Agreement, least: int, bound: float, what: str) -> list[Gate]:
    enough = found.n >= least
    at_least = lower_bound(found.agreed, found.n)
    agreed = at_least >= bound
    some = f"{found.n:,} {what}." if enough else f"{least - found.n:,} more {what}."
    share = f"Agreement is at least {_percent(at_least)} with 95 % confidence; {_percent(bound)} is needed."
    if found.taken_back:
        share += f" Automatic decisions taken back: {found.taken_back:,}."
    return [
        Gate(what.capitalize(), enough, f"{found.n:,}", f"{least:,}", some),
        Gate(
            "Agreement",
            agreed,
            _percent(at_least) if found.n else "–",
            _percent(bound),
            share if found.n else "No agreement is measured yet.",
        ),
    ]


def _reviewers(found: Agreement) -> Gate:
    ok, said = enough(found.by, found.left_out)
    return Gate("Reviewers", ok, f"{len(found.by)}", f"{LEAST_PEOPLE.value}", said)


def _first(so_far: int) -> Gate:
    ok = so_far >= FIRST
    said = f"People have decided {FIRST} cases of this scope." if ok else f"{FIRST - so_far} more decisions by people in this scope, ever."
    return Gate("First decisions", ok, f"{so_far}{'+' if ok else ''}", f"{FIRST}", said)


def _harmless(harm: int) -> Gate:
    said = (
        "No automatic decision did harm."
        if not harm
        else "An automatic decision under this policy did harm; it takes a new version to climb."
    )
    return Gate("Harm", not harm, f"{harm}" if harm else "none", "", said)


def _quick(in_force: InForce) -> Gate:
    limit = in_force.content.latency_seconds
    if in_force.advisor == "scorecard":
        return Gate("Speed", True, "at once", "", "The scorecard answers at once.")
    slowest = percentile_95(figures.latencies(in_force))
    if slowest is None:
        return Gate("Speed", False, "–", f"{limit} s", "The advisor has not been called within a week.")
    ok = slowest <= limit * 1000
    said = f"95 % of the answers come within {slowest / 1000:.1f} s; the policy allows {limit} s."
    return Gate("Speed", ok, f"{slowest / 1000:.1f} s", f"{limit} s", said)


# --- Falling --------------------------------------------------------------------------------------------------------
def too_slow(in_force: InForce) -> str:
    """Why the advisor is too slow for automation, or ""."""
    if in_force.mode not in AUTOMATED or in_force.advisor == "scorecard":
        return ""
    found = figures.latencies(in_force)
    slowest = percentile_95(found)
    if slowest is None or len(found) < SLOW_LEAST or slowest <= in_force.content.latency_seconds * 1000:
        return ""
    return f"95 % of the advisor's answers take up to {slowest / 1000:.1f} s; the policy allows {in_force.content.latency_seconds} s."


def drifted(before: Sequence[int], now: Sequence[int]) -> str:
    """Why the advisor's scores are no longer those on which the mode was earned, or ""."""
    if min(len(before), len(now)) < DRIFT_LEAST:
        return ""
    index = stability(before, now)
    return f"The advisor's scores have drifted: stability index {index:.2f}, {DRIFT} is the most." if index > DRIFT else ""


def _percent(share: float) -> str:
    """Rounded down: 96.99 % is not 97 %."""
    return f"{math.floor(share * 1000 + 1e-9) / 10:g} %"


def _label(mode: str) -> str:
    return Mode(mode).label.lower()

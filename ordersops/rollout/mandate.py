"""May automation decide this? Asked freshly for every single decision; each check that is not passed is a sentence.

A model can only withhold: what is decided is what the deterministic rules advise by themselves, under a policy of two people,
where measured agreement has earned it, and the advisor in force agrees (law 5).
"""

import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection

from ordersops.advice.advisors import SCORECARD
from ordersops.advice.models import Question, QuestionState, Recommendation
from ordersops.cases.lanes import Lane, Subject, lane
from ordersops.cases.models import Case
from ordersops.rollout.figures import FIRST, checks, people_decisions
from ordersops.rollout.models import AUTOMATED, Consideration, Mode, Switch
from ordersops.rollout.queries import InForce

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ordersops.review.models import Decision

CONFIDENCE = ("low", "medium", "high")
# In `sampled` no policy goes below these (policies.md 4.11: 10 % and 20 a week); in `auto` the policy's own numbers hold.
LEAST_SHARE, LEAST_FLOOR = Decimal("0.10"), 20
_LOCK_SPACE = 7202


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a check looks at. `baseline` is what the scorecard alone advised on the same snapshot."""

    in_force: InForce
    recommendation: Recommendation
    baseline: Recommendation | None
    case: Case
    subject: Subject
    now: datetime

    @property
    def lane(self) -> Lane:
        return lane(self.in_force.lane)


def refusal(
    in_force: InForce, recommendation: Recommendation, *, baseline: Recommendation | None, case: Case, subject: Subject, now: datetime
) -> str:
    """Why automation may not decide this: one sentence, or "" when it may.

    Called inside the unit that decides, with case and subject locked and `in_force` read freshly. The check of the day's limit takes a
    lock on the store's automatic decisions of the lane until that unit ends, so that two workers cannot pass it together.
    """
    asked = Asked(in_force, recommendation, baseline, case, subject, now)
    return next((why for check in CHECKS.values() if (why := check(asked))), "")


def drawn(in_force: InForce, *, now: datetime) -> bool:
    """Whether this decision, which automation could take, is drawn for a person's check.

    Every one until the floor of the last seven days is reached by checks, made or still open; then the share by chance
    (`secrets`: nobody can foresee it).
    """
    share, floor = in_force.content.sampling_share, in_force.content.sampling_floor
    if in_force.mode == Mode.SAMPLED:
        share, floor = max(share, LEAST_SHARE), max(floor, LEAST_FLOOR)
    if checks(in_force, now=now, most=floor) < floor:
        return True
    return secrets.randbelow(10_000) < int(share * 10_000)


def drawn_before(case: Case) -> bool:
    """Whether the case was drawn for a person's check: that holds whatever newer advice comes."""
    rows = Consideration.objects.filter(recommendation__subject=case.subject, recommendation__lane=case.lane, at__gte=case.opened_at)
    return rows.filter(result=Consideration.Result.SAMPLED).exists()


# --- The checks, in the order in which they are asked --------------------------------------------------------------
def _mode(asked: Asked) -> str:
    if asked.in_force.mode in AUTOMATED:
        return ""
    because = f" {asked.in_force.fell_back}" if asked.in_force.fell_back else ""
    return f"The mode is {Mode(asked.in_force.mode).label.lower()}.{because}"


def _kill_switch(asked: Asked) -> str:
    outcome = asked.lane.outcomes.get(asked.recommendation.outcome)
    for switch in Switch.objects.all():
        if switch.store_id not in {None, asked.subject.store_id} or switch.lane not in {"", asked.in_force.lane}:
            continue
        if not switch.effect or (outcome and switch.effect == outcome.effect):
            return f"Stopped by hand: {switch.why}"[:300]
    return ""


def _first_decisions(asked: Asked) -> str:
    so_far = people_decisions(asked.in_force)
    return "" if so_far >= FIRST else f"The first {FIRST} decisions of a scope are a person's; there are {so_far} so far."


def _advice_in_force(asked: Asked) -> str:
    """Made under the policy that holds now, by the advisor that holds now: where the scorecard stands in for it, a person decides."""
    given = asked.recommendation
    if given.policy_version != asked.in_force.version or given.scope != asked.in_force.scope:
        return "The policy has changed since this was advised."
    if f"{given.advisor} {given.advisor_version}" != asked.in_force.advisor_version:
        return "This is not the advice of the advisor in force."
    return ""


def _verified(asked: Asked) -> str:
    return "" if asked.recommendation.verified else "Not every claim of the advice could be verified."


def _shown(asked: Asked) -> str:
    return "" if asked.recommendation.shown else "The advice is only measured, not shown."


def _customers_word(asked: Asked) -> str:
    """A model has answered a second time, without the customer's text, and the same; nor does the scorecard's advice rest on it.

    The scorecard has no second answer where no points rest on the customer's words; a model without one was not asked, or was silent.
    """
    given = asked.recommendation
    if given.rests_on_customer or (asked.baseline is not None and asked.baseline.rests_on_customer):
        return "The advice rests on what the customer wrote."
    second = given.without_customer.get("outcome")
    if second is None and given.advisor != SCORECARD:
        return "It was not asked a second time without the customer's text."
    return "" if second in {None, given.outcome} else "The advice rests on what the customer wrote."


def _newest(asked: Asked) -> str:
    given = asked.recommendation
    newest = Recommendation.objects.filter(order=asked.subject.order, subject=asked.subject.pk, lane=asked.in_force.lane).order_by(
        "-advised_at", "-id"
    )
    shown, any_of_them = newest.filter(shown=True).first(), newest.first()
    if shown is None or any_of_them is None or shown.pk != given.pk or any_of_them.snapshot_id != given.snapshot_id:
        return "There is newer advice."
    waiting = Question.objects.filter(subject=asked.subject.pk, lane=asked.in_force.lane, state=QuestionState.PENDING)
    return "New facts are waiting to be looked at." if waiting.exists() else ""


def _scorecard_agrees(asked: Asked) -> str:
    alone = asked.baseline
    if alone is None or alone.snapshot_id != asked.recommendation.snapshot_id or not alone.verified:
        return "The scorecard has no verified advice on the same evidence."
    return "" if alone.outcome == asked.recommendation.outcome else "The scorecard alone advises otherwise."


def _outcome(asked: Asked) -> str:
    key = asked.recommendation.outcome
    outcome = asked.lane.outcomes.get(key)
    if outcome is None or not outcome.automatic:
        return f"“{outcome.label if outcome else key}” is always a person's decision."
    if key not in asked.in_force.content.automatic:
        return f"The policy leaves “{outcome.label}” to a person."
    return "" if key in asked.lane.possible(asked.subject) else f"“{outcome.label}” is no longer possible."


def _further_right(asked: Asked) -> str:
    # The signals of an order hang on the scorecard's row as well as on a model's.
    for given in filter(None, (asked.recommendation, asked.baseline)):
        if right := asked.lane.may_choose(given, given.outcome):
            return f"It needs the right “{right.sentence}”."
    return ""


def _confidence(asked: Asked) -> str:
    least, given = asked.in_force.content.least_confidence, asked.recommendation.confidence
    if given in CONFIDENCE and CONFIDENCE.index(given) >= CONFIDENCE.index(least):
        return ""
    return f"The advisor's confidence is {given or 'unknown'}; the policy asks for {least}."


def _amount(asked: Asked) -> str:
    (amount, currency), most, own = asked.subject.at_risk, asked.in_force.content.most_amount, asked.subject.store.currency
    if amount is None:
        return "The amount at stake is unknown."
    if currency != own:
        return f"The amount is in {currency or 'an unknown currency'}; the policy's limit is in the store's {own}."
    return "" if amount <= most else f"The amount at stake is above the policy's limit of {most:,.2f} {currency}."


def _one_order(asked: Asked) -> str:
    return "" if not asked.case.is_attack and asked.case.orders_count == 1 else "The case is about several orders."


def _nobody_at_it(asked: Asked) -> str:
    if not asked.case.is_open:
        return "The case is not open."
    return "" if asked.case.holder_id() is None else "Somebody is at work on the case."


def _most_a_day(asked: Asked) -> str:
    most = asked.in_force.content.most_a_day
    with connection.cursor() as cursor:
        turn = zlib.crc32(f"{asked.in_force.lane}:{asked.subject.store_id}".encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, turn])
    if _today(asked)[:most].count() < most:
        return ""
    return f"The policy allows {most:,} automatic decisions a day in this store, and they are used up."


def _lanes_own(asked: Asked) -> str:
    """After the lock of the day's limit: a lane that sums up what was given out today sees what others have just decided."""
    return asked.lane.left_to_person(advice=asked.recommendation, policy=asked.in_force.policy, today=_today(asked))


def _today(asked: Asked) -> "QuerySet[Decision]":
    """What automation has decided in this lane since midnight at the store."""
    midnight = asked.now.astimezone(ZoneInfo(asked.subject.store.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    decisions: QuerySet[Decision] = apps.get_model("review.Decision")._default_manager.all()
    return decisions.filter(store=asked.subject.store_id, source="system", decided_at__gte=midnight, case__lane=asked.in_force.lane)


CHECKS: dict[str, Callable[[Asked], str]] = {
    "mode": _mode,
    "kill switch": _kill_switch,
    "first decisions": _first_decisions,
    "advice in force": _advice_in_force,
    "verified": _verified,
    "shown": _shown,
    "customer's word": _customers_word,
    "newest": _newest,
    "scorecard agrees": _scorecard_agrees,
    "outcome": _outcome,
    "further right": _further_right,
    "confidence": _confidence,
    "amount": _amount,
    "one order": _one_order,
    "nobody at it": _nobody_at_it,
    "most a day": _most_a_day,
    "the lane's own": _lanes_own,
}

"""What the system watches: another policy or advisor, slow or silent advisors, effects that fail, scores that drift.

Falling is the system's act, at once; climbing again is a person's. After a change the stored questions are asked again, so that
the way up begins with a back-test (policies.md 4.11).
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Replay
from ordersops.cases.lanes import lane, lanes
from ordersops.errors import Conflict
from ordersops.rollout import figures, gates
from ordersops.rollout.actions import demote, follow_change
from ordersops.rollout.ladder import Place, places
from ordersops.rollout.models import AUTOMATED, Mode, Step
from ordersops.rollout.queries import Book
from ordersops.stores.models import Store
from ordersops.sweeper import claim

log = logging.getLogger(__name__)

EARNED_WITHIN = timedelta(days=90)  # scores that a mode was earned on are looked for this far back
REPLAY_WITHIN = timedelta(days=1)  # a back-test that could not be finished is given up after this
SHIFT_SECONDS = 2.0
PAUSE_SECONDS = 3


def watch() -> int:
    """Look at every scope above shadow; take down what must not stay. Returns how many fell. Cheap: one round every few seconds."""
    system = User.objects.system()
    fallen = 0
    for here in _standing():
        if here.has_changed:
            fallen += follow_change(here=here, by=system) is not None
        elif here.rung in AUTOMATED and (found := _failing(here)):
            fallen += _take_down(here, *found, by=system)
    return fallen


def watch_scores() -> int:
    """Look whether the scores of automated scopes are still those on which the mode was earned. One round every few minutes."""
    system, now = User.objects.system(), timezone.now()
    fallen = 0
    for here in _standing():
        if here.rung not in AUTOMATED or here.standing is None:
            continue
        earned = figures.scores(here.in_force, since=here.standing.since - EARNED_WITHIN, until=here.standing.since)
        lately = figures.scores(here.in_force, since=max(now - figures.WEEK, here.standing.since), until=now)
        if because := gates.drifted(earned, lately):
            fallen += _take_down(here, because, "drift", by=system)
    return fallen


def back_test() -> int:
    """Ask the stored questions again for a change that has not been tested yet, a few of them. Returns how many runs it moved on.

    One host at a time, and with pauses: a run that cannot go on now is tried again, for a day.
    """
    from ordersops.advice.replay import back_test as ask_again  # it brings the advisors with it, which the watch does not need

    step = next(_untested(), None)
    if step is None or not claim("back-test", PAUSE_SECONDS):
        return 0
    ask_again(lane=lane(step.lane), store=step.store, because=_because(step), by=User.objects.system(), seconds=SHIFT_SECONDS)
    return 1


def oldest_back_test() -> datetime | None:
    """A change that waits for its back-test. It may rightly take long, so it is never older than moments."""
    return timezone.now() - timedelta(seconds=2) if next(_untested(), None) else None


def _standing() -> Iterator[Place]:
    """Every scope in force that somebody has moved up."""
    for one in lanes().values():
        for here in places(Book(one)):
            if here.standing is not None and here.standing.mode not in {Mode.OFF, Mode.SHADOW}:
                yield here


def _failing(here: Place) -> tuple[str, str] | None:
    """Why an automated scope must fall now, and the kind of reason."""
    now = timezone.now()
    dead = figures.dead_effects(here.in_force, now=now)
    if dead >= gates.DEAD_EFFECTS:
        return f"{dead} effects of automatic decisions failed within the hour.", "connector"
    silent = figures.silent_since(here.in_force, now=now)
    if silent and now - silent >= timedelta(minutes=gates.SILENT_MINUTES):
        minutes = int((now - silent).total_seconds() // 60)
        return f"The advisor has not answered for {minutes} minutes.", "connector"
    if because := gates.too_slow(here.in_force):
        return because, "latency"
    return None


def _take_down(here: Place, because: str, cause: str, *, by: User) -> bool:
    store = Store.objects.get(pk=here.store_id) if here.store_id else None
    try:
        demote(lane=here.lane, store=store, scope=here.scope, to=Mode.ASSIST, because=because, cause=cause, by=by)
    except Conflict:  # another host was faster
        return False
    log.warning("%s (%s) was taken down to assist: %s", here.lane, here.scope, because)
    return True


def _untested() -> Iterator[Step]:
    """Falls after a change, of the last day, whose back-test is not finished; one for each lane, store and reason."""
    seen = set()
    steps = Step.objects.filter(at__gte=timezone.now() - REPLAY_WITHIN, figures__cause="changed", lane__in=list(lanes()))
    for step in steps.select_related("store").order_by("-at")[:100]:
        key = (step.lane, step.store_id, _because(step))
        if key in seen:
            continue
        seen.add(key)
        if not Replay.objects.filter(lane=step.lane, store=step.store_id, because=_because(step), finished_at__isnull=False).exists():
            yield step


def _because(step: Step) -> str:
    """The name of a back-test: one for all scopes that the same change took down."""
    return f"Fell back to shadow with {step.policy_version}, {step.advisor}"[:200]

"""Verbs on the ladder: a person promotes, one rung at a time; a person or the system takes a lane down, at once."""

from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.rollout.actions.rights import refuse_second, require_in, take_turn
from ordersops.rollout.gates import gates, missing, next_rung
from ordersops.rollout.ladder import Place, barred, place
from ordersops.rollout.models import AUTOMATED, LADDER, Mode, Standing, Step
from ordersops.rollout.queries import lower
from ordersops.rollout.turns import change
from ordersops.stores.models import Store

LEAST_WHY = 5


@atomic
def promote(*, lane: str, store: Store | None, scope: str, to: str, by: User) -> Step:
    """Move a scope one rung up, to `to`. Needs `promote` in the store (in every store for a policy of all), and every gate met.

    Never by the author of the policy in force, nor beyond assist by who approved it (Forbidden). Conflict while a gate is not
    met, saying what is missing; while a kill switch stops the lane; and where the scope is not on the rung below.
    """
    store_id = store.pk if store else None
    require_in(by, Perm.PROMOTE, store_id, to="promote a lane", store=store_id)
    change(lane)
    take_turn(lane, store_id, scope)
    here = place(lane, store_id, scope)
    if here.policy is not None and (why := barred(here, to, by.pk)):
        raise refuse_second(by, Perm.PROMOTE, store_id, why, policy=here.policy.pk)
    if to not in LADDER or to != next_rung(here.rung):
        above = next_rung(here.rung)
        raise Conflict(f"It stands on {_label(here.rung)}; {f'the next rung is {_label(above)}' if above else 'there is no higher rung'}.")
    if to in AUTOMATED and here.switch:
        raise Conflict(f"Stopped by hand: {here.switch.why} Lift the kill switch first.")
    found = gates(here.in_force, to, by=by.pk)
    if lacking := missing(found):
        raise Conflict(f"Not yet: {' '.join(lacking)}")
    figures = {"gates": [gate.as_json() for gate in found]}
    before = here.rung
    step = _move(here, before, to, because="Every gate is met.", figures=figures, by=by)
    record(
        Verb.LANE_PROMOTED, by=by, store=store_id, lane=lane, scope=scope, before=before, after=to, policy=here.in_force.version,
        advisor=here.in_force.advisor_version, figures=figures,
    )  # fmt: skip
    return step


@atomic
def demote(
    *,
    lane: str,
    store: Store | None,
    scope: str,
    to: str,
    because: str,
    by: User,
    cause: str = "person",
    figures: dict[str, Any] | None = None,
) -> Step:
    """Take a scope down to any lower rung. Needs `promote` as promoting does; the system may, at once and by itself.

    `cause` is one word for the kind of reason; `agreement` and `drift` make the scope earn its mode anew.
    """
    store_id = store.pk if store else None
    if not by.is_system:
        require_in(by, Perm.PROMOTE, store_id, to="take a lane down", store=store_id)
    because = because.replace("\x00", "").strip()
    if len(because) < LEAST_WHY:
        raise Invalid("Say in a few words why.")
    change(lane)
    take_turn(lane, store_id, scope)
    here = place(lane, store_id, scope)
    if to not in LADDER or not lower(to, here.rung):
        raise Conflict(f"It stands on {_label(here.rung)}. Choose a lower rung.")
    return _demote(here, here.rung, to, because, {**(figures or {}), "cause": cause}, by)


@atomic
def follow_change(*, here: Place, by: User) -> Step | None:
    """Record that a scope is in shadow because its policy or advisor is another one than the mode was earned with. By the system.

    None where somebody was faster, or nothing above shadow was lost.
    """
    if not by.is_system:
        raise Conflict("This is noticed by the system.")
    change(here.lane)
    take_turn(here.lane, here.store_id, here.scope)
    here = place(here.lane, here.store_id, here.scope)
    row = here.standing
    if row is None or not here.has_changed or not lower(Mode.SHADOW, row.mode):
        return None
    changed = [
        word
        for word, before, after in (
            ("policy", row.policy_version, here.in_force.version),
            ("advisor", row.advisor, here.in_force.advisor_version),
        )
        if before != after
    ]
    because = f"Another {' and another '.join(changed)}: what was measured before says nothing about it."
    return _demote(here, row.mode, here.rung, because, {"cause": "changed", "changed": changed}, by)


def _demote(here: Place, before: str, to: str, because: str, figures: dict[str, Any], by: User) -> Step:
    step = _move(here, before, to, because=because, figures=figures, by=by)
    record(
        Verb.LANE_DEMOTED, by=by, store=here.store_id, lane=here.lane, scope=here.scope, before=before, after=to,
        policy=here.in_force.version, advisor=here.in_force.advisor_version, because=step.because,
    )  # fmt: skip
    return step


def _move(here: Place, before: str, to: str, *, because: str, figures: dict[str, Any], by: User) -> Step:
    standing = here.standing or Standing(lane=here.lane, store_id=here.store_id, scope=here.scope)
    standing.mode, standing.since = to, timezone.now()
    standing.policy_version, standing.advisor = here.in_force.version, here.in_force.advisor_version
    standing.save()
    return Step.objects.create(
        lane=here.lane, store_id=here.store_id, scope=here.scope, before=before, after=to,
        policy_version=here.in_force.version, advisor=here.in_force.advisor_version, because=because[:300], figures=figures, by=by,
    )  # fmt: skip


def _label(mode: str) -> str:
    return f"“{Mode(mode).label}”"

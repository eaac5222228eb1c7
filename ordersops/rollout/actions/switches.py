"""Verbs on kill switches. What they stop reads them freshly every time, so they work at the next claim and the next check.

A decision under way is waited for: once a switch is thrown, nothing is decided that did not know of it."""

from django.db import IntegrityError

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lanes
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import LABELS
from ordersops.errors import Conflict, Invalid
from ordersops.jobs import enqueue
from ordersops.rollout.actions.rights import require_in
from ordersops.rollout.ladder import known_lane
from ordersops.rollout.models import Switch
from ordersops.rollout.turns import change
from ordersops.stores.models import Store

LEAST_WHY = 5


@atomic
def stop(*, lane: str, store: Store | None, effect: str, why: str, by: User) -> Switch:
    """Throw a kill switch. Empty lane, store and effect mean every one.

    Without an effect it stops automation: no automatic decision is made, and the effects of those made do not leave. With one
    it stops the sending of that kind, whoever decided it. Needs `stop_automation` in the store, without one in every store.
    Conflict where the same switch stands already.
    """
    require_in(by, Perm.STOP_AUTOMATION, store.pk if store else None, to="stop automation")
    if lane:
        known_lane(lane)
    if effect and effect not in effects():
        raise Invalid("There is no such effect.")
    why = why.replace("\x00", "").strip()
    if not LEAST_WHY <= len(why) <= 300:
        raise Invalid("Say in a few words why, in at most 300 characters.")
    change(*([lane] if lane else lanes()))
    try:
        with atomic():
            switch = Switch.objects.create(lane=lane, store=store, effect=effect, why=why, by=by)
    except IntegrityError:
        raise Conflict("This kill switch stands already. Nothing was changed.") from None
    record(
        Verb.AUTOMATION_STOPPED, by=by, store=store, switch=switch.pk, what=what(switch), lane=lane or "every lane", effect=effect, why=why
    )  # fmt: skip
    return switch


@atomic
def allow(*, switch: Switch, by: User) -> None:
    """Lift a kill switch; what waited behind it goes on. Needs what throwing it needs. Conflict if it is lifted already."""
    require_in(by, Perm.STOP_AUTOMATION, switch.store_id, to="lift a kill switch", switch=switch.pk)
    change(*([switch.lane] if switch.lane else lanes()))
    locked = Switch.objects.select_for_update(of=("self",)).select_related("store").filter(pk=switch.pk).first()
    if locked is None:
        raise Conflict("This kill switch was lifted already.")
    record(
        Verb.AUTOMATION_ALLOWED, by=by, store=locked.store, switch=locked.pk, what=what(locked), lane=locked.lane or "every lane",
        effect=locked.effect,
    )  # fmt: skip
    locked.delete()
    enqueue("effects.send")


def effects() -> dict[str, str]:
    """Every kind of effect, with its name."""
    return {key: LABELS.get(key, key) for key in sorted(KINDS)}


def what(switch: Switch) -> str:
    """What it stops, in words: Fraud review in Shop 1, every act of automation."""
    lane = lanes()[switch.lane].label if switch.lane in lanes() else switch.lane or "every lane"
    acts = f"“{LABELS.get(switch.effect, switch.effect)}”, whoever decided it" if switch.effect else "automation"
    return f"{lane} in {switch.store or 'every store'}: {acts}"

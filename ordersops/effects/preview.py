"""A dry run: the exact request that would leave, and the difference that it would make. It reads from the store and writes nothing."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.effects.bodies import shown
from ordersops.effects.connectors import Request, connector, way
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Invalid, Upstream
from ordersops.ids import uuid7
from ordersops.orders.models import Order


@dataclass(frozen=True, slots=True)
class Preview:
    """`by_hand`: there is no way from here, a person does it. `why` says what stands against it, or what could not be read."""

    request: Request | None = None
    differs: dict[str, tuple[str, str]] = field(default_factory=dict)
    done: bool = False
    by_hand: bool = False
    why: str = ""
    says: tuple[str, ...] = ()
    refused: bool = False  # the store itself would not do it now


def preview(effect: Effect) -> Preview:
    """What sending this effect now would do."""
    found = way(effect)
    if found is None:
        return Preview(by_hand=True)
    try:
        seen = found.look(effect)
        request = None if seen.done else shown(found.prepare(effect, seen), effect.store)
    except Invalid as error:
        return Preview(why=error.message, refused=True)
    except Upstream as error:
        return Preview(why=error.message, refused=error.permanent)
    return Preview(request, dict(seen.differs), seen.done, says=seen.says)


def ask_store(*, order: Order, kind: str, arguments: dict[str, Any], by: User) -> None:
    """Ask the store, before anything is planned, whether it allows the act now. Conflict with its words where it does not.

    Only for the kinds about which stores say that, and where the store's own interface is the way. One that cannot be asked is
    no refusal: it is asked again before the write.
    """
    if kind not in KINDS or not KINDS[kind].asks_store or connector(order.store) is None:
        return
    found = preview(draft(order=order, kind=kind, arguments=arguments, by=by))
    if found.refused:
        raise Conflict(f"{found.why} Nothing was planned.")


def draft(*, order: Order, kind: str, arguments: dict[str, Any], by: User) -> Effect:
    """An effect as it would be planned, for a dry run; it is not stored. Raises Invalid where the arguments do not fit."""
    typed = KINDS[kind].parse(arguments)
    return Effect(
        id=uuid7(), store=order.store, order=order, kind=kind, arguments=typed.kept(), asked_by=by, idempotency_key=f"{kind}:not-yet-planned",
        before=KINDS[kind].before(order, typed), planned_at=timezone.now(),
    )  # fmt: skip

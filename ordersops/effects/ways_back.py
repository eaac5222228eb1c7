"""The way back from what a decision had done: the inverse of each act, and what stands against it now (law 15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordersops.effects.connectors import way
from ordersops.effects.kinds import KINDS, instead, inverse
from ordersops.effects.kinds.arguments import Arguments
from ordersops.effects.kinds.rules import still_here
from ordersops.effects.models import Effect, EffectState
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.accounts.models import User


@dataclass(frozen=True, slots=True)
class WayBack:
    """The act that takes `effect` back; without `kind` there is none. `why_not` says in a sentence why it cannot be done now."""

    effect: Effect
    order: Order
    kind: str = ""
    arguments: Arguments | None = None
    why_not: str = ""

    @property
    def label(self) -> str:
        return KINDS[self.kind].label if self.kind else ""

    @property
    def by_hand(self) -> bool:
        """Whether a person has to do it in the store."""
        arguments = self.arguments.kept() if self.arguments else {}
        return way(Effect(kind=self.kind, store=self.order.store, order=self.order, arguments=arguments)) is None


def way_back(effect: Effect, order: Order, by: "User") -> WayBack:
    """Of an act that is done. Of an order that has begun to leave, only what is about that: `order` is as it stands now."""
    what = KINDS.get(effect.kind)
    back = inverse(effect.kind, effect.arguments, effect.before)
    if what is None or back is None:
        return WayBack(effect, order, why_not=f"“{effect.label}” is done and cannot be taken back. {instead(effect.kind)}".strip())
    kind, raw = back
    arguments = KINDS[kind].parse(raw)
    refusals = list(dict.fromkeys([*KINDS[kind].refusals(order, arguments, by), *(() if what.after_shipping else still_here(order))]))
    return WayBack(effect, order, kind, arguments, " ".join(refusals))


def not_yet(effects: Iterable[Effect]) -> str:
    """Why it is too early to take back what a decision had done, in a sentence: it is under way, or waits for a person. "" where all is settled."""
    for effect in effects:
        if effect.can_be_undone:
            return "The hold window is still open: undo the decision instead."
        if effect.state in {EffectState.WAITING, EffectState.PLANNED, EffectState.SENDING}:
            return f"“{effect.label}” is on its way to the store. Wait until it is done, then take it back."
        if effect.state in {EffectState.HANDED_OVER, EffectState.DEAD} and not _stays(effect):
            was = "waits for a person" if effect.state == EffectState.HANDED_OVER else "has failed"
            return f"“{effect.label}” {was}. Say first whether it was done: on the page of the effect."
    return ""


def stays(effects: Iterable[Effect]) -> list[str]:
    """What stays in the store as it is, in sentences."""
    return list(dict.fromkeys(KINDS[effect.kind].stays for effect in effects if _stays(effect)))


def done(effects: Iterable[Effect]) -> list[Effect]:
    """Those with a mark outside, and to be taken back. What was given up before the store accepted it left none."""
    gone = {EffectState.DONE, EffectState.GIVEN_UP}
    return [
        effect
        for effect in effects
        if effect.state in gone and (effect.state == EffectState.DONE or effect.accepted_at) and not _stays(effect)
    ]


def _stays(effect: Effect) -> bool:
    return effect.kind in KINDS and bool(KINDS[effect.kind].stays)

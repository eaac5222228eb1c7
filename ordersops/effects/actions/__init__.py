"""Verbs on effects: planning and asking, the second person, taking back, settling and trying again."""

from ordersops.effects.actions.asking import approve_second, ask, ask_within, call_off, send_back, take_back
from ordersops.effects.actions.mending import edit, give_up, mark_done, retry
from ordersops.effects.actions.planning import Act, plan, plan_inverse, reached, undo_all

__all__ = [
    "Act", "approve_second", "ask", "ask_within", "call_off", "edit", "give_up", "mark_done", "plan", "plan_inverse", "reached", "retry", "send_back",
    "take_back", "undo_all",
]  # fmt: skip

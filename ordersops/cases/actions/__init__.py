"""Verbs on cases."""

from ordersops.cases.actions.breaching import tick
from ordersops.cases.actions.deadlines import move_deadline
from ordersops.cases.actions.handing import assign, escalate, hand_back, let_go, let_go_of_team
from ordersops.cases.actions.lease import claim, heartbeat, leave, next_case, release, return_expired
from ordersops.cases.actions.opening import Opening, new_case, open_cases, withdraw, withdraw_finished
from ordersops.cases.actions.snoozing import reopen, set_open, snooze
from ordersops.cases.actions.tagging import tag
from ordersops.cases.actions.talking import attach, comment, note_of
from ordersops.cases.actions.waking import wake, wake_by_hand, wake_due, wake_linked

__all__ = [
    "Opening", "assign", "attach", "claim", "comment", "escalate", "hand_back", "heartbeat", "leave", "let_go", "let_go_of_team",
    "move_deadline", "new_case", "next_case", "note_of", "open_cases", "release", "reopen", "return_expired", "set_open", "snooze", "tag",
    "tick", "wake", "wake_by_hand", "wake_due", "wake_linked", "withdraw", "withdraw_finished",
]  # fmt: skip

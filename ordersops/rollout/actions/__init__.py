"""Verbs of rollout: policies, the ladder, kill switches, and what decisions measure."""

from ordersops.rollout.actions.ladder import demote, follow_change, promote
from ordersops.rollout.actions.measures import observe, observe_replay, report_harm, void
from ordersops.rollout.actions.policies import approve, send_back, write_policy
from ordersops.rollout.actions.switches import allow, stop

__all__ = [
    "allow", "approve", "demote", "follow_change", "observe", "observe_replay", "promote", "report_harm", "send_back", "stop", "void",
    "write_policy",
]  # fmt: skip

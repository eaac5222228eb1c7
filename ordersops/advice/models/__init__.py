"""Advice: frozen evidence, what advisors made of it, and every call to one."""

from ordersops.advice.models.calls import Breaker, Call, CallBody, CallOutcome, Prompt, Spend
from ordersops.advice.models.consultations import Consultation, ConsultationState
from ordersops.advice.models.evidence import Question, QuestionState, Recommendation, Signal, Snapshot
from ordersops.advice.models.replays import Replay, ReplayAnswer

__all__ = [
    "Breaker",
    "Call",
    "CallBody",
    "CallOutcome",
    "Consultation",
    "ConsultationState",
    "Prompt",
    "Question",
    "QuestionState",
    "Recommendation",
    "Replay",
    "ReplayAnswer",
    "Signal",
    "Snapshot",
    "Spend",
]

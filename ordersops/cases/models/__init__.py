"""Questions waiting for a person, what is said about them, and who is there."""

from ordersops.cases.models.case import ASLEEP, IN_QUEUE, TRANSITIONS, UNDECIDED, Case, CaseQuerySet, CaseState, Member, Tag, Tally
from ordersops.cases.models.talk import Attachment, Comment, Mention, Presence

__all__ = [
    "ASLEEP", "IN_QUEUE", "TRANSITIONS", "UNDECIDED", "Attachment", "Case", "CaseQuerySet", "CaseState", "Comment", "Member", "Mention",
    "Presence", "Tag", "Tally",
]  # fmt: skip

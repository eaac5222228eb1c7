"""Context of templates/inquiries/_panel.html: the conversation, what was recognised where, who writes, and the draft with its facts."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from inquiries.composing import compose
from inquiries.intents import INTENTS, UNKNOWN
from inquiries.models import Message
from inquiries.rendering import written
from inquiries.triggers import TRIGGERS
from ordersops.advice.facts import Evidence

SHOWN = 20  # messages
LANGUAGES = {"en": "English", "de": "German"}
KINDS = {"order": "order number", "email": "e-mail address", "tracking": "tracking number", "address": "address", "product": "product"}
HOW = {"sender": "by the sender's address", "code": "by a code sent to the order's address", "person": "by a colleague"}
_SAYS = {trigger.key: trigger.says.rstrip(".") for trigger in TRIGGERS}


def context(evidence: Evidence) -> dict[str, Any]:
    draft, intent = compose(evidence), INTENTS.get(evidence["intent"] or UNKNOWN, INTENTS[UNKNOWN])
    second = INTENTS.get(evidence["second_guess"] or "")
    return {
        "messages": _messages(evidence),
        "subject": evidence["subject_text"],
        "parts": list(parts(evidence)),
        "intent": intent.label,
        "confidence": evidence["confidence"],
        "second": second.label if second else "",
        "sentiment": evidence["sentiment"],
        "language": LANGUAGES.get(evidence["language"] or "", "another language"),
        "known": evidence["identity_known"],
        "how": HOW.get(evidence["identity_how"] or "", ""),
        "sender": evidence["sender_email"],
        "same_sender": evidence["sender_is_customer"],
        "draft": draft,
        "draft_facts": [
            {"label": evidence.facts[key].label, "value": written(evidence, key, draft.language), "source": evidence.facts[key].source}
            for key in draft.uses
        ] if draft else [],
        "conversation": evidence["conversation"],
        "may_ask": not evidence["identity_known"] and evidence["order_found"],
    }  # fmt: skip


def bare(evidence: Evidence) -> dict[str, Any]:
    """What was written and by whom, without what was recognised in it."""
    whole = context(evidence)
    kept = ("messages", "subject", "known", "how", "sender", "same_sender", "conversation", "may_ask")
    return {"parts": [{"text": evidence["message"] or "", "what": "", "how": ""}], **{name: whole[name] for name in kept}}


def read(evidence: Evidence) -> dict[str, Any]:
    """What was recognised in a message, without the draft: for a conversation that has no case."""
    intent, second = INTENTS.get(evidence["intent"] or UNKNOWN, INTENTS[UNKNOWN]), INTENTS.get(evidence["second_guess"] or "")
    return {
        "parts": list(parts(evidence)), "intent": intent.label, "confidence": evidence["confidence"], "sentiment": evidence["sentiment"],
        "second": second.label if second else "", "language": LANGUAGES.get(evidence["language"] or "", "another language"),
        "heard": [trigger.says for trigger in TRIGGERS if evidence[trigger.key]],
    }  # fmt: skip


def parts(evidence: Evidence) -> Iterator[dict[str, str]]:
    """The message in pieces: plain ones, and those in which something was recognised. Of two that overlap the earlier one counts."""
    text = evidence["message"] or ""
    marks = [(row["start"], row["end"], KINDS.get(row["kind"], row["kind"]), "named") for row in evidence["named"] or ()]
    marks += [(row["start"], row["end"], _SAYS.get(row["trigger"], row["trigger"]), "heard") for row in evidence["heard"] or ()]
    at = 0
    for start, end, what, how in sorted(marks):
        if start < at or end > len(text):
            continue
        if start > at:
            yield {"text": text[at:start], "what": "", "how": ""}
        yield {"text": text[start:end], "what": what, "how": how}
        at = end
    if at < len(text):
        yield {"text": text[at:], "what": "", "how": ""}


def _messages(evidence: Evidence) -> list[Message]:
    """What was written, the oldest first; the newest ones where they are many."""
    try:
        conversation = UUID(str(evidence["conversation"]))
    except ValueError:
        return []
    return list(Message.objects.filter(conversation=conversation).select_related("written_by").order_by("-at", "-id")[:SHOWN])[::-1]

"""What the rules see in an inquiry: why a person must answer (policies.md 4.4, INQ-06), and what speaks for an answer of facts. Pure.

The points say how much it needs a person. Each trigger alone is enough; what clears takes little away and never outweighs one.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from inquiries.checking import faults
from inquiries.composing import compose
from inquiries.intents import INTENTS, UNKNOWN, Intent
from inquiries.policy import Settings
from inquiries.reasons import ADDRESS, ANSWER, CLOSE, HAND_OVER, REPLY, TICKET
from inquiries.triggers import FIRST, TRIGGERS
from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Seen

VERSION = "inquiries-rules-2"
PERSON, AT_ONCE, CLEARS = 45, 90, -5
MISSING = 40


def intent_of(evidence: Evidence) -> Intent:
    return INTENTS.get(evidence["intent"] or UNKNOWN, INTENTS[UNKNOWN])


def see(evidence: Evidence, settings: Settings) -> list[Seen]:
    """Every trigger, fired or clearing, in the order in which a person is told of them."""
    return [
        *_words(evidence),
        *_intent(evidence, settings),
        *_identity(evidence),
        *_history(evidence),
        *_order(evidence, settings),
        *_draft(evidence),
    ]


def _words(evidence: Evidence) -> Iterator[Seen]:
    for trigger in TRIGGERS:
        if evidence[trigger.key]:
            points = AT_ONCE if trigger.key in FIRST else PERSON
            yield Seen(trigger.key, "words", "fired", points, trigger.says, ((trigger.key, "eq", True),))
    if not any(evidence[trigger.key] for trigger in TRIGGERS):
        yield Seen("calm", "words", "clearing", CLEARS, "The message is calm.", (("sentiment", "eq", evidence["sentiment"] or "neutral"),))


def _intent(evidence: Evidence, settings: Settings) -> Iterator[Seen]:
    intent, confidence = intent_of(evidence), evidence["confidence"]
    if intent.way == "never":
        yield Seen(
            "never_automatic", "intent", "fired", AT_ONCE, f"“{intent.label}” is always a person's.", (("intent", "eq", intent.key),)
        )
    elif intent.way in {"person", "case"}:
        yield Seen("for_a_person", "intent", "fired", PERSON, f"“{intent.label}” is answered by a person.", (("intent", "eq", intent.key),))
    if confidence is None or confidence < settings.sure_from:
        claim: tuple[tuple[str, str, Any], ...] = (("confidence", "lt", Decimal(settings.sure_from)),) if confidence is not None else ()
        yield Seen("unsure", "intent", "fired", PERSON, "It is not sure what is wanted.", claim)
    else:
        yield Seen(
            "sure", "intent", "clearing", CLEARS, "It is clear what is wanted.", (("confidence", "ge", Decimal(settings.sure_from)),)
        )
    if evidence["language"] is None:
        yield Seen("no_language", "intent", "fired", PERSON, "The language of the message is none that can be answered.", ())


def _identity(evidence: Evidence) -> Iterator[Seen]:
    if evidence["identity_known"]:
        yield Seen("known_sender", "identity", "clearing", CLEARS, "Who writes is who ordered.", (("identity_known", "eq", True),))
    elif intent_of(evidence).way != "silent" and not intent_of(evidence).open:
        yield Seen(
            "unknown_sender",
            "identity",
            "fired",
            PERSON,
            "It is not known whether who writes is who ordered.",
            (("identity_known", "eq", False),),
        )


def _history(evidence: Evidence) -> Iterator[Seen]:
    if evidence["disputes_before"]:
        yield Seen("disputes_before", "history", "fired", PERSON, "The customer disputed payments before.", (("disputes_before", "ge", 1),))
    if evidence["dispute_open"]:
        yield Seen("dispute_open", "history", "fired", AT_ONCE, "The payment of this order is disputed.", (("dispute_open", "eq", True),))
    if evidence["answered_before"]:
        yield Seen(
            "answered_before", "history", "fired", PERSON, "An automatic reply did not settle it.", (("answered_before", "eq", True),)
        )  # fmt: skip
    if evidence["just_replied"]:
        yield Seen(
            "just_replied", "history", "fired", PERSON, "An automatic reply went to this customer a moment ago.", (("just_replied", "eq", True),)
        )  # fmt: skip


def _order(evidence: Evidence, settings: Settings) -> Iterator[Seen]:
    total = evidence["total"]
    if total is not None and total >= settings.high_value:
        yield Seen("high_value", "order", "fired", PERSON, "The order is of high value.", (("total", "ge", settings.high_value),))
    if evidence["delivery_late"] and intent_of(evidence).key in {"shipping.status", "shipping.eta"}:
        yield Seen("late", "order", "fired", PERSON, "The delivery is later than expected.", (("delivery_late", "eq", True),))
    if intent_of(evidence).key == "refund.status" and evidence["refund_state"] == "none":
        yield Seen("no_refund", "order", "fired", PERSON, "A refund is expected, and none is on record.", (("refund_state", "eq", "none"),))
    if intent_of(evidence).way == "act" and not may_change_address(evidence):
        yield Seen("address_stays", "order", "fired", PERSON, "The address cannot be changed by itself.", ())


def _draft(evidence: Evidence) -> Iterator[Seen]:
    if intent_of(evidence).way in {"never", "silent"}:
        return
    draft = compose(evidence)
    if draft is None:
        yield Seen("no_draft", "draft", "fired", MISSING, "The facts are not enough for an answer.", ())
    elif faults(draft.text, evidence, subject=draft.subject):
        yield Seen("bad_draft", "draft", "fired", AT_ONCE, "The answer says what the facts do not bear out.", ())


def may_change_address(evidence: Evidence) -> bool:
    """Not shipped, no label, same country, risk settled, and who asks is who ordered (policies.md 4.4)."""
    return bool(
        evidence["identity_known"] and evidence["address_open"] and evidence["asked_country_same"] and evidence.has("asked_address")
    )


def choose(evidence: Evidence, signals: Sequence[Seen], possible: Sequence[str], lanes: Sequence[str]) -> str:
    """The answer of facts where nothing speaks for a person; what changes or is handed over is advised, and decided by mode or person.

    What must be heard first goes to the store's helpdesk, where it has one (policies.md 4.4, INQ-07).
    """
    intent, fired = intent_of(evidence), {seen.key for seen in signals if seen.state == "fired"}
    wanted = REPLY.key
    if intent.way == "facts" and not fired:
        wanted = ANSWER.key
    elif intent.way == "act" and not fired:
        wanted = ADDRESS.key
    elif (
        intent.way == "case"
        and intent.lane in lanes
        and evidence["identity_known"]
        and not fired - {"for_a_person", "high_value", "angry_words"}
    ):
        wanted = HAND_OVER.key
    elif TICKET.key in possible and (intent.way == "never" or fired & FIRST or "dispute_open" in fired):
        wanted = TICKET.key
    elif intent.way == "silent" and not fired:
        wanted = CLOSE.key
    return wanted if wanted in possible else next((key for key in (REPLY.key, *possible) if key in possible), possible[0])

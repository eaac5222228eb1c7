"""What the store's helpdesk is told of an inquiry that a person must hear there: what was said, what we know, what we would do (INQ-07). Pure."""

from typing import Any

from django import forms

from inquiries.intents import INTENTS, UNKNOWN
from inquiries.rendering import written
from inquiries.triggers import FIRST, TRIGGERS
from ordersops.advice.facts import Evidence

QUOTED, LONGEST = 1_800, 4_000
# Told of the order where they are known, in this order.
TOLD = (
    "number", "placed_at", "total", "commercial", "payment", "fulfilment", "carrier", "tracking_number", "shipped_at", "delivered_at",
    "delivery_from", "delivery_to", "refunded", "refunded_at", "disputes_before",
)  # fmt: skip
# What we would do, by what the message is; the first that fits.
SUGGESTED = (
    ("harm_words", "Call the customer today; do not answer by a template."),
    ("threat_words", "Let a supervisor read it before anybody answers."),
    ("legal_words", "Let a supervisor read it; do not argue the case in writing before that."),
    ("dispute_words", "Answer before the bank asks: say where the goods are, and offer what the policy allows."),
    ("dispute_open", "The payment is disputed: gather the proof of delivery, and answer the bank within its time."),
    ("privacy_words", "Record the request with its date: the law sets a time for it."),
)


def ticket(evidence: Evidence) -> dict[str, Any]:
    """The terms of the ticket, as JSON."""
    intent = INTENTS.get(evidence["intent"] or UNKNOWN, INTENTS[UNKNOWN])
    fired = [trigger for trigger in TRIGGERS if evidence[trigger.key]]
    lines = [f"What is wanted: {intent.label}", *(trigger.says for trigger in fired)]
    known = [f"{evidence.facts[key].label}: {written(evidence, key, 'en')}" for key in TOLD if evidence.has(key)]
    who = (
        "It is known that who writes is who ordered."
        if evidence["identity_known"]
        else "It is not known whether who writes is who ordered."
    )
    said = str(evidence["message"] or "")[:QUOTED]
    parts = [
        "\n".join(lines), "What we know\n" + "\n".join([*known, who]), f"What we would do\n{suggestion(evidence)}", f"What was written\n{said}"
    ]  # fmt: skip
    first = any(trigger.key in FIRST for trigger in fired) or bool(evidence["dispute_open"])
    return {
        "intent": intent.key, "subject": f"{intent.label}: order {evidence['number'] or 'not known'}"[:200],
        "text": "\n\n".join(parts)[:LONGEST], "priority": "urgent" if first else "high" if intent.way == "never" else "normal",
    }  # fmt: skip


def suggestion(evidence: Evidence) -> str:
    return next((says for key, says in SUGGESTED if evidence[key]), "Answer the customer from what we know, and close the ticket.")


class TicketForm(forms.Form):
    """What the helpdesk is told. No customer reads it, so that it may say what a reply may not."""

    legend = "The ticket"
    subject = forms.CharField(max_length=200, label="Subject", widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}))
    text = forms.CharField(max_length=LONGEST, label="Ticket", widget=forms.Textarea(attrs={"class": "textarea", "rows": 12}))

    def __init__(self, advised: dict[str, Any], data: Any = None) -> None:
        self.advised = advised
        initial = {key: advised.get(key, "") for key in ("subject", "text")}
        if data is not None and not hasattr(data, "getlist"):
            data = {**initial, **data}
        super().__init__(data=data, initial=initial)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        return {**self.advised, **{key: typed.get(key, "") for key in ("subject", "text")}}

"""What an outcome means for this inquiry: the words of the reply, the address, the lane that is told. And how a person changes them."""

from collections.abc import Mapping
from typing import Any

from django import forms

from inquiries.checking import LONGEST, faults
from inquiries.composing import Draft, ask_which, compose
from inquiries.reasons import ADDRESS, CLOSE, HAND_OVER, REPLY, TICKET
from inquiries.rules import intent_of, may_change_address
from inquiries.ticketing import TicketForm, ticket
from ordersops.advice.facts import Evidence
from ordersops.effects.actions import Act
from ordersops.effects.kinds.arguments import Letter, Ticket, UpdateAddress, parse
from ordersops.errors import Conflict, Invalid

WORDS = frozenset({"subject", "text", "uses", "looked_up"})  # other words are no other decision
# What a person who replies in their own words answers for; the rest is refused to everybody.
BY_HAND = frozenset({"number", "time", "statement", "link"})


def terms(evidence: Evidence, outcome: str) -> dict[str, Any]:
    """As JSON. Computed by rules from the frozen evidence; empty words where a person has to find them."""
    if outcome == CLOSE.key:
        return {}
    if outcome == TICKET.key:
        return ticket(evidence)
    intent, draft = intent_of(evidence), compose(evidence)
    if outcome == ADDRESS.key and not may_change_address(evidence):
        draft = None
    if draft is None or faults(draft.text, evidence, subject=draft.subject):
        plain = ask_which(evidence)
        draft = Draft(plain.language, "order", plain.subject, "", ())
    found: dict[str, Any] = {"intent": intent.key, **draft.as_json()}
    if outcome == ADDRESS.key:
        found["address"] = (evidence["asked_address"] or [{}])[0]
    if outcome == HAND_OVER.key:
        found["lane"] = intent.lane
        found["products"] = [str(one["value"])[:200] for one in evidence["named"] or [] if one["kind"] == "product"]
    return found


def differs(advised: Mapping[str, Any], chosen: Mapping[str, Any]) -> bool:
    """Another address or another lane is another decision; other words are not."""
    return {key: value for key, value in advised.items() if key not in WORDS} != {
        key: value for key, value in chosen.items() if key not in WORDS
    }


def acts(order: Any, outcome: str, agreed: Mapping[str, Any]) -> list[Act]:
    """The address first, then the words. Conflict where a person has not found any yet."""
    if outcome == CLOSE.key:
        return []
    if outcome == TICKET.key:
        told = {key: agreed.get(key, "") for key in ("subject", "text", "priority")}
        return [Act(order, "ticket.create", parse(Ticket, told))]
    if not str(agreed.get("text", "")).strip():
        raise Conflict("There are no words to send yet: write the reply, then send it. Nothing was changed.")
    letter = parse(Letter, {"about": agreed.get("about", "order"), "subject": agreed.get("subject", ""), "text": agreed["text"]})
    found = [Act(order, "message.send", letter)]
    if outcome == ADDRESS.key:
        wanted = {**{key: order.shipping_address.get(key) or "" for key in ("name", "country")}, **agreed.get("address", {})}
        try:
            found.insert(0, Act(order, "order.update_address", parse(UpdateAddress, {"address": wanted})))
        except Invalid as error:
            raise Conflict(error.message) from error
    return found


def form_for(evidence: Evidence, outcome: str, advised: Mapping[str, Any], data: Any = None) -> forms.Form | None:
    """How a person changes the words of this outcome; None where it has none."""
    if not advised:
        return None
    return TicketForm(dict(advised), data) if outcome == TICKET.key else ReplyForm(evidence, outcome, advised, data)


class ReplyForm(forms.Form):
    """The words of the reply. `cleaned_data` are the terms with these words in them."""

    legend = "The reply"
    subject = forms.CharField(max_length=200, label="Subject", widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}))
    text = forms.CharField(
        max_length=LONGEST, label="Reply", widget=forms.Textarea(attrs={"class": "textarea", "rows": 9}),
        help_text="It goes to the e-mail address of the order. What no fact carries is refused.",
    )  # fmt: skip
    looked_up = forms.BooleanField(
        required=False, label="I have looked up myself what the facts do not say", widget=forms.CheckboxInput(attrs={"class": "check"})
    )

    def __init__(self, evidence: Evidence, outcome: str, advised: Mapping[str, Any], data: Any = None) -> None:
        self.evidence, self.advised = evidence, dict(advised)
        initial = {key: self.advised.get(key, "") for key in ("subject", "text")}
        if data is not None and not hasattr(data, "getlist"):
            data = {**initial, **data}
        super().__init__(data=data, initial=initial)
        if outcome != REPLY.key or not evidence["identity_known"]:
            del self.fields["looked_up"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        subject, text = typed.get("subject", ""), typed.get("text", "")
        by_hand = bool(typed.get("looked_up"))
        if text:
            refused = [one for one in faults(text, self.evidence, subject=subject) if not (by_hand and one.kind in BY_HAND)]
            for one in refused[:5]:
                self.add_error("text", one.sentence)
        same = (text, subject) == (self.advised.get("text"), self.advised.get("subject"))
        return {**self.advised, "subject": subject, "text": text, **({} if same else {"uses": [], "looked_up": by_hand})}

"""What is asked of whoever writes to a store on its web form, and of the desk where an order is not found."""

from typing import Any
from uuid import UUID

from django import forms

from inquiries.checking import LONGEST as LONGEST_REPLY
from inquiries.composing import Draft
from inquiries.models import LONGEST, Conversation
from inquiries.queries import SHOWN
from ordersops.lists import Filters, StoreField
from ordersops.orders.models import Order

_INPUT = {"class": "input", "autocomplete": "off"}


class ContactForm(forms.Form):
    """The public form. What it answers is the same whether there is such an order or not."""

    name = forms.CharField(
        max_length=200, required=False, label="Your name", widget=forms.TextInput(attrs={**_INPUT, "autocomplete": "name"})
    )
    email = forms.EmailField(
        max_length=320, label="Your e-mail address", widget=forms.EmailInput(attrs={**_INPUT, "autocomplete": "email"})
    )
    order_number = forms.CharField(
        max_length=60, required=False, label="Order number, if you have it", widget=forms.TextInput(attrs=_INPUT)
    )
    text = forms.CharField(
        max_length=LONGEST, min_length=3, label="How can we help?", widget=forms.Textarea(attrs={"class": "textarea", "rows": 7})
    )
    website = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    @property
    def is_machine(self) -> bool:
        """The field that people do not see was filled."""
        return bool(self.cleaned_data.get("website"))


class LinkForm(forms.Form):
    """Which order a conversation is about, by its number in the conversation's store."""

    number = forms.CharField(max_length=120, label="Order number", widget=forms.TextInput(attrs=_INPUT))

    def __init__(self, store_id: UUID, *args: object, **kwargs: object) -> None:
        self.store_id = store_id
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def clean_number(self) -> Order:
        plain = str(self.cleaned_data["number"]).strip().lstrip("#")
        found = Order.objects.known().filter(store=self.store_id, number__in=[plain, f"#{plain}"])[:2]
        if len(found) != 1:
            raise forms.ValidationError("No order of this store has this number.")
        return found[0]


class AnswerForm(forms.Form):
    """A reply to somebody whose order is not known, or who asks about none."""

    subject = forms.CharField(max_length=200, label="Subject", widget=forms.TextInput(attrs=_INPUT))
    text = forms.CharField(max_length=LONGEST_REPLY, label="Reply", widget=forms.Textarea(attrs={"class": "textarea", "rows": 9}))
    looked_up = forms.BooleanField(required=False, label="I have looked up myself what no fact carries")

    @staticmethod
    def begin(draft: Draft | None, conversation: Conversation) -> dict[str, str]:
        """What the form holds at first: the draft of facts, else a subject alone."""
        return {"subject": draft.subject, "text": draft.text} if draft else {"subject": f"Your message to {conversation.store.name}"[:200]}


class ConversationFilters(Filters):
    store = StoreField()
    show = forms.ChoiceField(choices=[("", "All"), *((key, label) for key, (label, _) in SHOWN.items())])

    def read(self) -> dict[str, Any]:
        found = super().read()
        return {**found, "show": found["show"] or "unlinked"}

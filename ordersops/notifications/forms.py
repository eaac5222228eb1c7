"""Webhooks and rules as people fill them in. What may be in the fields is the verbs' business."""

from typing import Any
from uuid import UUID

from django import forms

from ordersops.cases.lanes import lanes
from ordersops.choices import choose_from
from ordersops.notifications.models import Route
from ordersops.notifications.payload import TELLABLE
from ordersops.notifications.topics import TOPICS
from ordersops.stores.models import Store
from ordersops.zones import zones

_SELECT = forms.Select(attrs={"class": "select"})


def _text(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attributes})


class _WithStore(forms.Form):
    """A form with a choice among stores, or all of them."""

    store = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "select"}))

    def __init__(self, *args: Any, stores: list[Store], all_stores: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stores = {str(store.pk): store for store in stores}
        choose_from(self, "store", [("", all_stores), *((pk, store.name) for pk, store in self._stores.items())])

    def clean_store(self) -> Store | None:
        return self._stores.get(self.cleaned_data["store"])


class SubscriberForm(_WithStore):
    name = forms.CharField(max_length=80, widget=_text(), help_text="What is told: “Data warehouse”, “Zapier”.")
    url = forms.CharField(
        max_length=200, label="Address", widget=_text(inputmode="url", placeholder="https://example.com/webhooks/ordersops")
    )
    verbs = forms.MultipleChoiceField(label="Events", choices=[(verb.value, verb.label) for verb in TELLABLE])
    is_active = forms.BooleanField(required=False, label="Active")

    field_order = ["name", "url", "store", "verbs", "is_active"]


class RuleForm(_WithStore):
    topics = forms.MultipleChoiceField(choices=[(topic.key, topic.label) for topic in TOPICS.values()], label="Tell me when")
    lane = forms.ChoiceField(required=False, label="Queue")
    high = forms.ChoiceField(required=False, label="High", choices=Route.choices, widget=_SELECT)
    anomalous = forms.ChoiceField(required=False, label="Anomalous", choices=Route.choices, widget=_SELECT)
    rest = forms.ChoiceField(required=False, label="Everything else", choices=Route.choices, widget=_SELECT)
    slack_channel = forms.CharField(
        required=False, max_length=30, label="Slack channel", widget=_text(placeholder="C0123456789"),
        help_text="The id of a channel in which the bot is. Left empty, messages go to you alone.",
    )  # fmt: skip
    teams_url = forms.CharField(
        required=False, max_length=200, label="Teams address", widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text="Of a workflow that posts what it receives to a channel. It is a secret, and not shown again.",
    )  # fmt: skip
    quiet_from = forms.TimeField(
        required=False, label="Quiet from", widget=forms.TimeInput(attrs={"class": "input", "type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        required=False, label="until", widget=forms.TimeInput(attrs={"class": "input", "type": "time"}, format="%H:%M")
    )
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(name, name.replace("_", " ")) for name in sorted(zones())], initial="UTC", widget=_SELECT
    )  # fmt: skip
    high_comes_through = forms.BooleanField(required=False, initial=True, label="High severity comes through at once")
    is_active = forms.BooleanField(required=False, initial=True, label="Active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "lane", [("", "Every queue"), *((lane.key, lane.label) for lane in lanes().values())])
        self.fields["lane"].widget.attrs["class"] = "select"


class ProposeForm(forms.Form):
    person = forms.UUIDField()
    slack_user = forms.CharField(max_length=30)

    def read(self) -> tuple[UUID, str] | None:
        return (self.cleaned_data["person"], self.cleaned_data["slack_user"]) if self.is_valid() else None

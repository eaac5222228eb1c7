"""Terms for machines: what an outcome means here in particular, which of it a person may change, and what they change it to."""

from collections.abc import Iterable
from typing import Any

from django import forms
from rest_framework import serializers

from ordersops.advice.models import Recommendation
from ordersops.api.rows import Document, Text
from ordersops.cases.lanes import Lane
from ordersops.review.terms import drawn

MOST_FIELDS = 300


class Terms(Document):
    """Terms as they stand; which names it has depends on the lane."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": "What the outcome means here in particular. Empty where there is nothing more to say.", **options})


class TermsChosen(serializers.DictField):
    """Terms as the client wants them: every field of the case's `terms` of the outcome, each as text, as a form would send it."""

    child = Text(allow_blank=True, max_length=4000)

    def __init__(self, **options: Any) -> None:
        said = "Every field of the case's `terms` of the outcome, each as text. Left out: as the rules computed them."
        super().__init__(**{"required": False, "help_text": said, **options})

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > MOST_FIELDS:
            raise serializers.ValidationError(f"{MOST_FIELDS} fields are the most.")
        return super().to_internal_value(data)


class TermRow(serializers.Serializer[Any]):
    """One field of an outcome's terms. `value` is what the rules computed; `choices` is empty where any text or number fits."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField())


def term_rows(about: Lane, advice: Recommendation | None, outcomes: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By outcome, the fields that a person may change."""
    found = drawn(about, advice, outcomes)
    return {outcome: [_row(form, name) for name in form.fields] for outcome, form in found.items()}


def _row(form: forms.Form, name: str) -> dict[str, Any]:
    field: Any = form.fields[name]
    value = form.get_initial_for_field(field, name)
    choices = [str(key) for key, _ in getattr(field, "choices", ())]
    return {
        "name": name,
        "label": str(field.label or name),
        "value": "" if value is None else str(value).lower() if isinstance(value, bool) else str(value),
        "required": field.required,
        "choices": choices,
    }

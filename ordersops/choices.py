"""What a form's field offers, where that depends on who asks or on what there is."""

from collections.abc import Iterable
from typing import cast

from django import forms

Choices = Iterable[tuple[object, object]]


def choose_from(form: forms.Form, name: str, choices: Choices) -> None:
    """Let the field offer these."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


def offered_by(form: forms.Form, name: str) -> list[tuple[str, str]]:
    """What the field offers, as text."""
    return [
        (str(value), str(label))
        for value, label in cast("list[tuple[object, object]]", cast("forms.ChoiceField", form.fields[name]).choices)
    ]

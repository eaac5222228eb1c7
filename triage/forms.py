"""How a person changes the terms of an outcome: another plan of the table, or other words to the customer."""

from collections.abc import Mapping
from typing import Any

from django import forms

from ordersops.wording import leaks, told


class PlanForm(forms.Form):
    chosen = forms.ChoiceField(label="Ship from", widget=forms.Select(attrs={"class": "select"}))

    _terms: Mapping[str, Any]

    @classmethod
    def of(cls, terms: Mapping[str, Any], data: Any = None) -> "PlanForm":
        form = cls(data, initial={"chosen": terms.get("chosen", "")})
        field = form.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(row["key"], f"{row['name']} (score {row['score']})") for row in terms.get("plans", ())]
        form._terms = terms
        return form

    def clean(self) -> dict[str, Any]:
        """The terms with the plan that was chosen."""
        return {**self._terms, "chosen": self.cleaned_data.get("chosen", self._terms.get("chosen", ""))}


class LetterForm(forms.Form):
    subject = forms.CharField(label="Subject", max_length=200, widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}))
    text = forms.CharField(label="Text", max_length=1000, widget=forms.Textarea(attrs={"class": "textarea", "rows": 5}))

    _terms: Mapping[str, Any]

    @classmethod
    def of(cls, terms: Mapping[str, Any], data: Any = None) -> "LetterForm":
        form = cls(data, initial={"subject": terms.get("subject", ""), "text": terms.get("text", "")})
        form._terms = terms
        return form

    def clean(self) -> dict[str, Any]:
        """The terms with these words. A text that tells how orders are judged, or promises, is refused with the words named."""
        typed = {name: str(self.cleaned_data.get(name, "")) for name in ("subject", "text")}
        if found := leaks(f"{typed['subject']} {typed['text']}"):
            raise forms.ValidationError(f"A customer is not told this: {told(found)}. Say it in other words.")
        return {**self._terms, **typed}

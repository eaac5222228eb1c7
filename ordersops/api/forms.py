"""What a person says about a new token."""

from typing import Any

from django import forms

from ordersops.api.scopes import Scope
from ordersops.choices import choose_from

LIVES = [(7, "a week"), (30, "30 days"), (90, "90 days"), (180, "half a year"), (365, "a year")]


class TokenForm(forms.Form):
    name = forms.CharField(max_length=80, error_messages={"required": "Say what the token is for."})
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.label) for scope in Scope], error_messages={"required": "Choose what the token may do."}
    )
    stores = forms.MultipleChoiceField(required=False)
    days = forms.TypedChoiceField(choices=LIVES, coerce=int, initial=90)

    def __init__(self, *args: Any, stores: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choose_from(self, "stores", stores)

    def filled(self) -> dict[str, Any]:
        """What was chosen, for drawing the form again."""
        data = self.data if self.is_bound else {}
        chosen: Any = getattr(data, "getlist", lambda name: [])
        wrong = [error for errors in self.errors.values() for error in errors] if self.is_bound else []
        return {
            "name": data.get("name", ""),
            "scopes": chosen("scopes") if self.is_bound else [Scope.READ.value],
            "stores": chosen("stores"),
            "days": str(data.get("days", 90)),
            "errors": wrong,
        }

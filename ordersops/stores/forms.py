"""Connecting and changing a store. What may be in the fields is the verbs' business; here is only what they look like."""

from django import forms

from ordersops.choices import choose_from
from ordersops.stores.currencies import CURRENCIES
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms
from ordersops.zones import zones


def _text(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attributes})


def _secret(label: str, help_text: str = "") -> forms.CharField:
    """Written and never shown: what is drawn again is empty."""
    hidden = forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"})
    return forms.CharField(required=False, max_length=300, label=label, strip=True, widget=hidden, help_text=help_text)


def _api_url() -> forms.CharField:
    return forms.CharField(
        required=False, max_length=200, label="Interface address", widget=_text(inputmode="url"),
        help_text="Where the platform's own interface is, such as https://your-shop.myshopify.com. Left empty, the store is only heard.",
    )  # fmt: skip


class ConnectForm(forms.Form):
    name = forms.CharField(max_length=120, widget=_text(), help_text="As your colleagues call it.")
    platform = forms.ChoiceField(widget=forms.Select(attrs={"class": "select"}))
    currency = forms.ChoiceField(
        choices=[(code, code) for code in sorted(CURRENCIES)], initial="USD", widget=forms.Select(attrs={"class": "select"})
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        choices=[(name, name.replace("_", " ")) for name in sorted(zones())], initial="UTC",
        widget=forms.Select(attrs={"class": "select"}), label="Time zone",
    )  # fmt: skip
    secret = forms.CharField(
        required=False, max_length=200, label="Webhook secret", strip=True,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
        help_text="Where the platform gives you one. Left empty, we make one and show it once.",
    )  # fmt: skip
    callback_url = forms.CharField(
        required=False, max_length=200, label="Callback address", widget=_text(inputmode="url"),
        help_text="Where signed decisions are sent. Left empty, the page says what a person must do in the store.",
    )  # fmt: skip
    api_url = _api_url()
    api_key = _secret("Interface key", "Access token, or consumer key.")
    api_secret = _secret("Interface secret", "Consumer secret, where the platform has one.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose_from(self, "platform", [(key, platform.label) for key, platform in platforms().items()])


class StoreForm(forms.Form):
    name = forms.CharField(max_length=120, widget=_text())
    callback_url = forms.CharField(required=False, max_length=200, label="Callback address", widget=_text(inputmode="url"))
    api_url = _api_url()
    api_key = _secret("Interface key")
    api_secret = _secret("Interface secret")
    helpdesk_url = forms.CharField(
        required=False, max_length=200, label="Helpdesk address", widget=_text(inputmode="url"),
        help_text="Where tickets are made, signed. Left empty, a person makes them by hand.",
    )  # fmt: skip
    helpdesk_secret = _secret("Helpdesk secret")
    is_active = forms.BooleanField(required=False, label="Active", help_text="Webhooks of a store that is not active are refused.")

    def __init__(self, *args: object, store: Store, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, what in (
            ("api_key", "Access token, or consumer key"),
            ("api_secret", "Consumer secret, where there is one"),
            ("helpdesk_secret", "Begins with whsec_"),
        ):
            held = str(getattr(store, name) or "")
            ends = (
                f" It ends in ····{held[-4:]}; left empty, it stays."
                if len(held) >= 8
                else " It is set; left empty, it stays."
                if held
                else ""
            )
            self.fields[name].help_text = f"{what}.{ends}"


class RotateForm(forms.Form):
    secret = forms.CharField(required=False, max_length=200)

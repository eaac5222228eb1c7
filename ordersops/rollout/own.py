"""What a lane lets a policy say beside the thresholds: read off its typed settings (Lane.settings), asked for and told in words."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ordersops.cases.lanes import Lane
from ordersops.errors import Invalid

PREFIX = "own-"


def known(lane: Lane) -> dict[str, FieldInfo]:
    return lane.settings.model_fields if lane.settings else {}


def checked(lane: Lane, said: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a policy states, as JSON holds them. Invalid where the lane knows no such setting, or not such a value."""
    if not said:
        return {}
    if lane.settings is None:
        raise Invalid(f"The lane {lane.label.lower()} has no settings of its own.")
    try:
        read: BaseModel = lane.settings.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        where = f"{label(name, known(lane)[name])}: " if name in known(lane) else f"“{name[:40]}”: " if name else ""
        raise Invalid(f"{where}{first['msg'].removeprefix('Value error, ')}.".replace("..", ".")) from None
    return read.model_dump(mode="json", include=set(said))


def values(lane: Lane, said: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting of the lane, as JSON holds it: what the policy says, else the lane's own."""
    return lane.settings.model_validate(dict(said)).model_dump(mode="json") if lane.settings else {}


def label(name: str, info: FieldInfo) -> str:
    return info.title or name.replace("_", " ").capitalize()


def shown(value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def form_fields(lane: Lane) -> dict[str, forms.Field]:
    """How each setting is asked for. Tables are written as JSON."""
    found: dict[str, forms.Field] = {}
    for name, info in known(lane).items():
        common: dict[str, Any] = {"label": label(name, info), "help_text": info.description or "", "required": False}
        kind = info.annotation
        if kind is bool:
            found[PREFIX + name] = forms.BooleanField(**common)
        elif kind is int:
            found[PREFIX + name] = forms.IntegerField(**common)
        elif kind in {Decimal, float}:
            found[PREFIX + name] = forms.DecimalField(**common)
        elif kind is str:
            found[PREFIX + name] = forms.CharField(max_length=500, **common)
        else:
            found[PREFIX + name] = forms.JSONField(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **common)
    return found


def initial(lane: Lane, said: Mapping[str, Any]) -> dict[str, Any]:
    return {PREFIX + name: value for name, value in values(lane, said).items()}


def read(lane: Lane, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says that is not as the lane has it by itself; an empty field is as built in."""
    own = values(lane, {})
    said = {name: cleaned[PREFIX + name] for name in known(lane) if cleaned.get(PREFIX + name) not in (None, "")}
    stated = checked(lane, said)
    return {name: value for name, value in stated.items() if value != own[name]}

"""What every list page shares: filters read from the URL, and keyset pages, which cost the same at a thousand rows and at a million."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db import models
from django.db.models import Q

from ordersops.choices import choose_from, offered_by

Row = TypeVar("Row", bound=models.Model)

SIZE = 50
CAP = 1000  # nothing is counted further


def capped(count: int) -> str:
    """A count that was taken up to the cap: 12, or 1,000+."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"


@dataclass(slots=True)
class Page(Generic[Row]):
    """One page of rows. `next_cursor` is "" on the last one."""

    rows: list[Row]
    next_cursor: str = ""


def newest(parts: Iterable["models.QuerySet[Row]"], by: str, cursor: str, *, load: "models.QuerySet[Row]", size: int = SIZE) -> Page[Row]:
    """The newest rows of all `parts` by the time `by`, from the cursor on; `load` says what comes along with each row.

    Each part is a range of one index (one store, say), read from its newest end only. One query picks, one loads.
    """
    after = read_cursor(cursor, datetime.fromisoformat, UUID)
    picks = []
    for part in parts:
        if after:
            at, pk = after
            part = part.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": pk}), **{f"{by}__lte": at})
        picks.append(part.order_by(f"-{by}", "-pk").values_list("pk", by)[: size + 1])
    if not picks:
        return Page([])
    picked: Any = picks[0] if len(picks) == 1 else picks[0].union(*picks[1:], all=True).order_by(f"-{by}", "-pk")[: size + 1]
    ids = [pk for pk, _ in picked]
    found = {row.pk: row for row in load.filter(pk__in=ids[:size])} if ids else {}
    rows = [found[pk] for pk in ids[:size] if pk in found]
    return Page(rows, write_cursor(getattr(rows[-1], by).isoformat(), str(rows[-1].pk)) if len(ids) > size and rows else "")


def write_cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str, *kinds: Any) -> list[Any] | None:
    """The parts of a cursor, each read by its kind; None for the first page, and for a cursor that is not ours."""
    if not text or len(text) > 400:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            return None
        return [kind(part) for kind, part in zip(kinds, parts, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error, RecursionError):
        return None


class Filters(forms.Form):
    """Filters out of the URL. What cannot be read is left out, so that an old link shows a list and not an error."""

    def __init__(self, data: Mapping[str, Any], **choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        for name, field in self.fields.items():
            field.required = False
            if name in choices:
                choose_from(self, name, [("", "All"), *choices[name]])

    def read(self) -> dict[str, Any]:
        """Every filter with its value, "" or None where it is not set."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def context(self, page: "Page[Any] | None" = None) -> dict[str, Any]:
        """What the template of a list needs: `filters` as text, `choices`, `query` to come back to, `next_cursor`."""
        texts = {name: self._text(name) for name in self.fields}
        asked = {name: text for name, text in texts.items() if text}
        choices = {
            name: [(value, label) for value, label in offered_by(self, name) if value]
            for name, field in self.fields.items()
            if isinstance(field, forms.ChoiceField)
        }
        return {
            **{f"{name}s": options for name, options in choices.items() if name != "store"},
            "choices": choices,
            "filters": texts,
            "filtered": bool(asked),
            "query": urlencode(asked),
            "next_cursor": page.next_cursor if page else "",
        }

    def _text(self, name: str) -> str:
        self.is_valid()
        value = self.cleaned_data.get(name)
        return "" if value in (None, "", False) else "1" if value is True else str(value)


class Words(forms.CharField):
    """What somebody types to search for. PostgreSQL's text holds no NUL."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python((value or "").replace("\x00", ""))


class StoreField(forms.ChoiceField):
    """One of the stores that the person sees."""

    def clean(self, value: Any) -> UUID | None:
        text = super().clean(value)
        return UUID(text) if text else None

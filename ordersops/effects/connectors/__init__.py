"""Connectors: how an effect reaches the outside. One file for each way; no other code of ours calls out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordersops.effects.models import Effect


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said to an accepted effect."""

    status: int


def reaches(effect: "Effect") -> bool:
    """Whether this store can be told by us. Where it cannot, a person does it and says so."""
    return bool(effect.store.callback_url)

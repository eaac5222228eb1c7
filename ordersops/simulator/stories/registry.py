"""The table of stories: what may happen in the simulated world, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..scene import Scene, Story

Play = Callable[[Scene], Story]


@dataclass(frozen=True)
class Tale:
    """`weight` is its share of the live stream, `past` its share of the history sent at the start (0 = never). `first`: told at the start, too."""

    name: str
    title: str
    play: Play
    weight: float
    past: float
    first: bool = False


TALES: dict[str, Tale] = {}


def tale(title: str, *, weight: float, past: float = 0, first: bool = False) -> Callable[[Play], Play]:
    """Register the decorated story under its function's name."""

    def register(play: Play) -> Play:
        name = getattr(play, "__name__", title)
        TALES[name] = Tale(name, title, play, weight, past, first)
        return play

    return register

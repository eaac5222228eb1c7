"""The stories of the simulated world. A story yields how many seconds pass until it goes on; its verbs are those of the Scene."""

from . import burst, disorder, everyday, goods_back, handling, questions, suspicious, warehouse
from .registry import TALES, Tale

__all__ = ["TALES", "Tale", "burst", "disorder", "everyday", "goods_back", "handling", "questions", "suspicious", "warehouse"]

"""Search over orders: one tsvector per order, made and asked for here, so both sides split words alike."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchQuery

_PARTS = re.compile(r"[\s,;()<>\"'\\\x00]+")
_LONGEST = 100


def words(text: str) -> list[str]:
    """The words of a text, folded to lower case; `#1001` and `1001` are the same word, a phone number is its digits."""
    found = []
    for part in _PARTS.split(text.casefold()):
        word = part.strip("#.:*&|!+-_/")[:_LONGEST]
        if re.fullmatch(r"[\d\-./]{7,}", word):
            word = re.sub(r"\D", "", word)
        if word:
            found.append(word)
    return found


def lexemes(texts: Iterable[str]) -> str:
    """The input form of a tsvector: every word once, quoted."""
    found = {word for text in texts for word in words(text)}
    return " ".join("'" + word + "'" for word in sorted(found))


def query(asked: str) -> str:
    """The input form of a tsquery that wants every word, each as a prefix; "" when there is no word."""
    return " & ".join("'" + word + "':*" for word in words(asked)[:8])


class Lexemes(SearchQuery):
    """A tsquery given in its input form, not parsed as prose."""

    def __init__(self, asked: str) -> None:
        super().__init__(asked)
        self.asked = asked

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        return "%s::tsquery", [self.asked]  # the lookup around it adds its own parameters to a list

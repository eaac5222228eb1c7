"""Search over orders: one tsvector per order, asked for with prefixes of words."""

import re

_WORD = re.compile(r"[^\s'&|!():*<>\\\x00]+")
SQL = "to_tsvector('simple', %s)"


def query(words: str) -> str:
    """A tsquery that wants every word, each as a prefix. Operators in the input are words like any other; "" when nothing is left."""
    found = [word.strip("#.,;") for word in _WORD.findall(words.casefold())[:8]]
    return " & ".join("'" + word + "':*" for word in found if word)

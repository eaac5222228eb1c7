"""What goods ask of a place that handles them, in words that every platform's tags are read into (policies.md 4.6, step 0)."""

from collections.abc import Iterable

NEEDS: dict[str, str] = {
    "hazmat": "Hazardous materials",
    "lithium": "Lithium batteries",
    "cold_chain": "Cold chain",
    "oversize": "Oversize",
    "gift_wrap": "Gift wrapping",
    "customs": "Customs documents",
}
# Other words that shops use for the same; ours.
WORDS = {
    "hazardous": "hazmat", "dangerous_goods": "hazmat", "flammable": "hazmat", "perishable": "cold_chain", "frozen": "cold_chain",
    "chilled": "cold_chain", "battery": "lithium", "bulky": "oversize", "oversized": "oversize",
}  # fmt: skip
CONFIGURED = frozenset({"custom", "configurable", "made_to_order", "personalised", "personalized"})


def folded(tag: str) -> str:
    return "_".join(tag.casefold().replace("-", " ").replace("_", " ").split())


def needs_of(tags: Iterable[str]) -> tuple[str, ...]:
    """What the tags of a product say that it needs."""
    found = {WORDS.get(word, word) for tag in tags if (word := folded(tag))}
    return tuple(need for need in NEEDS if need in found)


def is_configured(tags: Iterable[str]) -> bool:
    return any(folded(tag) in CONFIGURED for tag in tags)

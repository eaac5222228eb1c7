"""Evidence for tests, from the facts that matter to the test alone."""

from decimal import Decimal
from typing import Any

from fraud.catalogue import FACTS
from ordersops.advice.facts import Evidence


def evidence(**values: Any) -> Evidence:
    """Facts of the catalogue; the others are missing. Money is in USD."""
    sheet = FACTS.sheet()
    for key, value in values.items():
        assert key in FACTS, key
        sheet.put(
            key,
            Decimal(value) if FACTS[key].kind in {"number", "money"} and value is not None else value,
            unit="USD" if FACTS[key].kind == "money" else "",
        )
    return Evidence(sheet.facts(as_of=None))

"""Evidence: the facts that were known when a question was asked, frozen in one canonical form.

A fact is present, unavailable (we asked and got nothing) or not collected (this store or gateway never says). Only a
present fact has a value, and only present facts move a score (law 8). `trust` says whose word it is: `system` (counted
by us), `partner` (stated by the store or gateway), `customer` (typed by the customer: quoted, never believed).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

SCHEMA = 1
State = Literal["present", "unavailable", "not_collected"]
Trust = Literal["system", "partner", "customer"]
Kind = Literal["count", "number", "money", "flag", "text", "time", "list"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known. `unit` is a currency, or a unit such as km.

    `value` is None unless present: int (count), Decimal (number, money), bool (flag), str, datetime, or a list of JSON objects.
    """

    key: str
    label: str
    kind: Kind
    value: Any = None
    state: State = "present"
    source: str = "order"
    trust: Trust = "partner"
    unit: str = ""
    personal: bool = False
    observed_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """What is not the default; a snapshot is kept for years, and most facts are present, stated by the store and not personal."""
        row: dict[str, Any] = {"key": self.key, "label": self.label, "kind": self.kind}
        value = self.value
        if value is not None:
            row["value"] = value.isoformat() if isinstance(value, datetime) else format(value, "f") if isinstance(value, Decimal) else value
        if self.state != "present":
            row["state"] = self.state
        if self.source != "order":
            row["source"] = self.source
        if self.trust != "partner":
            row["trust"] = self.trust
        if self.unit:
            row["unit"] = self.unit
        if self.personal:
            row["personal"] = True
        if self.observed_at:
            row["observed_at"] = self.observed_at.isoformat()
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Fact":
        value = row.get("value")
        if value is not None and row["kind"] in {"number", "money"}:
            value = Decimal(value)
        elif value is not None and row["kind"] == "time":
            value = datetime.fromisoformat(value)
        observed = row.get("observed_at")
        return cls(**{**row, "value": value, "observed_at": datetime.fromisoformat(observed) if observed else None})


class Evidence:
    """The facts of one question by key, in the order in which they were gathered."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = {fact.key: fact for fact in facts}

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def __getitem__(self, key: str) -> Any:
        """The value of a present fact, else None."""
        fact = self.facts.get(key)
        return fact.value if fact is not None and fact.state == "present" else None

    def has(self, *keys: str) -> bool:
        """Whether all of these facts are present."""
        return all((fact := self.facts.get(key)) is not None and fact.state == "present" for key in keys)

    def missing(self) -> list[str]:
        return [fact.key for fact in self if fact.state == "unavailable"]

    def canonical(self) -> str:
        """Canonical JSON: sorted keys, no spaces, no floats. Equal evidence gives equal bytes, years later too."""
        body = {"schema": SCHEMA, "facts": [fact.as_json() for fact in self]}
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def parse(cls, body: str) -> "Evidence":
        return cls(Fact.from_json(row) for row in json.loads(body)["facts"])


def sha256(canonical: str) -> str:
    """The name of a snapshot."""
    return hashlib.sha256(canonical.encode()).hexdigest()

"""Evidence: the facts that were known when a question was asked, frozen in one canonical form.

A fact is present, unavailable (we asked and got nothing) or not collected (this store or gateway never says). Only a
present fact has a value, and only present facts move a score (law 8). `trust` says whose word it is: `system` (counted
by us), `partner` (stated by the store or gateway), `customer` (typed by the customer: quoted, never believed).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

SCHEMA = 1
State = Literal["present", "unavailable", "not_collected"]
Trust = Literal["system", "partner", "customer"]
Kind = Literal["count", "number", "money", "flag", "text", "time", "list"]
DECIMAL = frozenset({"number", "money"})


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
            row["value"] = value.isoformat() if isinstance(value, datetime) else _plain(value) if self.kind in DECIMAL else value
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


class Evidence:
    """The facts of one question by key, in the order in which they were gathered."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = {fact.key: fact for fact in facts}

    def __eq__(self, other: object) -> bool:
        """Equal is what is written alike, to the byte: 120.0 is not 120.00."""
        return isinstance(other, Evidence) and self.canonical() == other.canonical()

    def __hash__(self) -> int:
        return hash(self.canonical())

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
        """The evidence of a snapshot, by the reader of the schema that it was written in.

        What a newer release wrote besides is left out. Raises Unreadable for a schema without a reader.
        """
        written = json.loads(body)
        schema = written.get("schema") if isinstance(written, dict) else None
        reader = READERS.get(schema) if type(schema) is int else None
        if reader is None:
            raise Unreadable(schema)
        return cls(reader(written))


class Unreadable(ValueError):
    """A snapshot in a form that this release does not know. Its bytes are untouched, and its name still proves them."""

    def __init__(self, schema: Any) -> None:
        known = ", ".join(map(str, sorted(READERS)))
        super().__init__(
            f"This snapshot is written in schema {schema!r}; this release reads {known}. A newer number needs the release that wrote it, "
            f"or a newer one. An older number needs its reader back in READERS (ordersops/advice/facts.py): snapshots are never rewritten."
        )


def _read_1(body: Mapping[str, Any]) -> Iterator[Fact]:
    """Schema 1: {"schema": 1, "facts": [rows of Fact.as_json]}, what is the default left out. Frozen: snapshots of it exist."""
    for row in body["facts"]:
        value, observed = row.get("value"), row.get("observed_at")
        if value is not None and row["kind"] in DECIMAL:
            value = Decimal(value)
        elif value is not None and row["kind"] == "time":
            value = datetime.fromisoformat(value)
        read = {name: row[name] for name in _FIELDS if name in row}
        yield Fact(**{**read, "value": value, "observed_at": datetime.fromisoformat(observed) if observed else None})


_FIELDS = tuple(field.name for field in fields(Fact))
# A new schema is a new reader beside the old ones. A reader is removed when no snapshot of its schema is left, which may be never.
READERS: dict[int, Callable[[Mapping[str, Any]], Iterable[Fact]]] = {1: _read_1}


def _plain(number: Decimal | int) -> str:
    """Digits without an exponent. What is no number has no place in evidence."""
    number = Decimal(number)
    if not number.is_finite():
        raise ValueError(f"{number} is no value of a fact; leave the fact unavailable.")
    return format(number, "f")


def sha256(canonical: str) -> str:
    """The name of a snapshot."""
    return hashlib.sha256(canonical.encode()).hexdigest()

"""A lane's catalogue of facts: one row each, with whose word it is and what its absence means; and the sheet that collects them for one subject."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ordersops.advice.facts import Evidence, Fact, Kind, State, Trust


@dataclass(frozen=True, slots=True)
class Row:
    """What is known beforehand of a fact. `missing` is its state where nothing was found."""

    label: str
    kind: Kind
    trust: Trust
    source: str
    missing: State = "not_collected"
    unit: str = ""
    personal: bool = False


class Catalogue(Mapping[str, Row]):
    """Every fact that a lane may gather, by key, in the order in which evidence shows them."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = dict(rows)
        # Facts never change, so those without a value are made once.
        self._absent = {
            (key, state): Fact(key, row.label, row.kind, None, state, row.source, row.trust, row.unit, row.personal)
            for key, row in self._rows.items()
            for state in _STATES
        }

    def __getitem__(self, key: str) -> Row:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def absent(self, key: str, state: State) -> Fact:
        return self._absent[key, state]

    def sheet(self) -> "Sheet":
        return Sheet(self)


class Sheet:
    """Collects the values of one subject, and states for each fact of the catalogue whether it is known."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.values: dict[str, Any] = {}
        self.states: dict[str, State] = {}
        self.units: dict[str, str] = {}
        self.personal: set[str] = set()

    def put(self, key: str, value: Any, *, unit: str = "", personal: bool = False) -> None:
        """None and "" say that there is no value. `personal` marks a value that leads to a person though most of its kind do not.

        KeyError for a fact that the catalogue does not name: no prompt, rule or page would know it.
        """
        if key not in self.catalogue:
            raise KeyError(key)
        if value is not None and value != "":
            self.values[key] = value
            if unit:
                self.units[key] = unit
            if personal:
                self.personal.add(key)

    def unavailable(self, *keys: str) -> None:
        """We asked, and there was no answer."""
        for key in keys:
            self.states[key] = "unavailable"

    def facts(self, *, as_of: datetime | None = None) -> list[Fact]:
        """All facts in the catalogue's order; what was counted from the past says as of when."""
        found = []
        for key, row in self.catalogue.items():
            value = self.values.get(key)
            if value is None:
                found.append(self.catalogue.absent(key, self.states.get(key, row.missing)))
                continue
            observed = as_of if row.source in PAST else None
            unit = self.units.get(key, row.unit)
            personal = row.personal or key in self.personal
            found.append(Fact(key, row.label, row.kind, value, "present", row.source, row.trust, unit, personal, observed))
        return found

    def evidence(self, *, as_of: datetime | None = None) -> Evidence:
        return Evidence(self.facts(as_of=as_of))


PAST = frozenset({"history", "store"})
_STATES: tuple[State, ...] = ("present", "unavailable", "not_collected")

"""Which statements of a page would read a large table from end to end."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

LARGE = 5000  # rows
KINDS = ("SELECT", "UPDATE", "DELETE", "WITH", "(SELECT")


@dataclass
class Plans:
    """Statements as they were asked; `scans` explains them."""

    asked: list[tuple[str, Any]] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator["Plans"]:
        with connection.execute_wrapper(self._hear):
            yield self

    def _hear(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and str(sql).lstrip().upper().startswith(KINDS):
            self.asked.append((str(sql), params))
        return execute(sql, params, many, context)

    def scans(self) -> list[str]:
        """`table: first words of the statement` for each large table that is read without an index. Nothing is executed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples > %s", [LARGE])
            large = {row[0] for row in cursor.fetchall()}
            found = []
            for sql, params in self.asked:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                answer = cursor.fetchone()[0]
                plan = json.loads(answer) if isinstance(answer, str) else answer
                found += [f"{table}: {' '.join(sql.split())[:160]}" for table in _read(plan[0]["Plan"]) if table in large]
        return sorted(set(found))


def _read(node: dict[str, Any], above: str = "") -> Iterator[str]:
    """The tables that are read from end to end. A limit right above a scan stops it."""
    if node["Node Type"] == "Seq Scan" and above != "Limit":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _read(below, node["Node Type"])

"""The product's own way from webhook to case, called in this process; and what it asks of the database meanwhile.

Import it after `Stage.django()`.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
from django.db import connection, transaction
from django.test import RequestFactory

from ordersops.advice import jobs as advice
from ordersops.intake import jobs as intake
from ordersops.intake.door import receive
from tests.bench.orders import Hook

_factory = RequestFactory()


def deliver(hooks: Iterable[Hook], path: str) -> int:
    """Through the door, all in one transaction: to the workers they arrive in one instant."""
    count = 0
    with transaction.atomic():
        for hook in hooks:
            answer = receive(_factory.generic("POST", path, hook.body, content_type="application/json", headers=hook.headers))
            assert answer.status_code == 200, answer.content
            count += 1
    return count


def drain() -> int:
    """Apply all deliveries that are ready; returns how many."""
    return _until_quiet(intake.drain)


def answer() -> int:
    """Answer all questions that are ready; returns how many."""
    return _until_quiet(advice.answer)


@dataclass
class Worked:
    """What a piece of work cost, in seconds: on the clock, on the processor in this process, and there in the database's one that serves it."""

    done: int = 0
    clock: float = 0.0
    python: float = 0.0
    database: float = 0.0


def cost_of(work: Callable[[], int]) -> Worked:
    """Do the work and say what it cost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    start, cpu, there = time.perf_counter(), time.process_time(), sum(backend.cpu_times()[:2])
    done = work()
    return Worked(done, time.perf_counter() - start, time.process_time() - cpu, sum(backend.cpu_times()[:2]) - there)


def _until_quiet(work: Callable[[], int]) -> int:
    total = 0
    while taken := work():
        total += taken
    return total


@dataclass
class Asked:
    """Statements and the time in them, by their first words."""

    queries: int = 0
    seconds: float = 0.0
    by_statement: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def listening(self) -> Iterator["Asked"]:
        """Count what this process asks on its connection, with what opens and closes transactions and savepoints."""
        with connection.execute_wrapper(self._hear):
            yield self

    def _hear(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - start
            words = " ".join(str(sql).split())[:110]
            self.queries += 1
            self.seconds += took
            self.by_statement[words] += 1
            self.times[words] += took

"""Verbs from several threads at once, each on its own connection to a database of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PATIENCE = 300.0  # seconds, after which somebody waits for ever


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all calls together; their results in the same order, an exception where one was raised."""
    found: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(place: int) -> None:
        try:
            gate.wait(PATIENCE)
            found[place] = calls[place]()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return found

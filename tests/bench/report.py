"""What a bench says: a table for people, or one JSON object a line with the summary last."""

import argparse
import json
import os
import platform
import time
from collections.abc import Sequence
from typing import Any


def arguments(about: str, *more: tuple[str, str]) -> argparse.Namespace:
    """`--json`, `--quick`, and the bench's own switches as (name, help)."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0], prog=None)
    parser.add_argument("--json", action="store_true", help="one JSON object a line, the last is the summary")
    parser.add_argument("--quick", action="store_true", help="small sizes, under 50 seconds")
    for name, says in more:
        parser.add_argument(name, action="store_true", help=says)
    return parser.parse_args()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(max(int(len(ordered) * share + 0.999999) - 1, 0), len(ordered) - 1)] if ordered else 0.0


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the slowest, in milliseconds."""
    found = {name: percentile(seconds, share) for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99), ("max_ms", 1.0))}
    return {name: round(value * 1000, 1) for name, value in found.items()}


class Report:
    """Lines as they are found. `aims` are told, not enforced."""

    def __init__(self, bench: str, *, as_json: bool) -> None:
        self.bench, self.as_json = bench, as_json
        self.start = time.monotonic()
        self._columns: tuple[str, ...] = ()

    def say(self, text: str) -> None:
        """A remark, for people only."""
        if not self.as_json:
            print(text, flush=True)
            self._columns = ()

    def row(self, what: str, **found: Any) -> None:
        """One measurement. Rows with the same columns share a heading."""
        if self.as_json:
            print(json.dumps({"bench": self.bench, "what": what, **found}), flush=True)
            return
        columns = tuple(found)
        if columns != self._columns:
            self._columns = columns
            print("\n" + f"{'':<34}" + "".join(f"{name.replace('_', ' '):>{_width(name)}}" for name in columns))
        print(f"{what:<34}" + "".join(f"{_plain(value):>{_width(name)}}" for name, value in found.items()), flush=True)

    def summary(self, aims: dict[str, bool], **found: Any) -> None:
        """The last line: the figures that count, whether each aim was met, and on what machine."""
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": LOAD_BEFORE}
        seconds = round(time.monotonic() - self.start, 1)
        if self.as_json:
            print(json.dumps({"bench": self.bench, "summary": {**found, "aims": aims, "machine": machine, "seconds": seconds}}), flush=True)
            return
        print("\nSummary")
        for name, value in found.items():
            print(f"  {name.replace('_', ' '):<46}{_plain(value):>14}")
        for name, met in aims.items():
            print(f"  {name:<46}{'met' if met else 'missed':>14}")
        print(f"  {seconds} s on {machine['cores']} cores; the load of the machine was {LOAD_BEFORE} when it began.")


LOAD_BEFORE = round(os.getloadavg()[0], 2)


def _width(name: str) -> int:
    return max(len(name), 8) + 2


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)

"""From posted webhook to visible case: orders posted at a steady rate, and the database watched for what becomes of them."""

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from tests.bench.load import is_whole
from tests.bench.orders import Hook
from tests.bench.stage import Running

LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 20.0

_SEEN = """
    SELECT o.external_id, o.risk <> 'not_assessed',
        EXISTS (SELECT FROM cases_case c WHERE c.order_id = o.id) OR EXISTS (SELECT FROM cases_member m WHERE m.order_id = o.id)
    FROM orders_order o WHERE o.external_id = ANY(%s)
"""


@dataclass
class Arrivals:
    """Seconds from the first byte out: until the answer, until the order was assessed, until its case was there. `missing` were never assessed."""

    answered: list[float] = field(default_factory=list)
    assessed: list[float] = field(default_factory=list)
    case: list[float] = field(default_factory=list)
    refused: int = 0
    missing: int = 0


def watch(url: str, running: Running, path: str, hooks: Sequence[Hook], *, rate: float) -> Arrivals:
    """Post `rate` orders a second over one keep-alive connection, and look for them until all are assessed."""
    found = Arrivals()
    waiting: dict[str, float] = {}
    cased: set[str] = set()
    with psycopg.connect(url, autocommit=True) as database, socket.create_connection(("127.0.0.1", running.port), timeout=10) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        requests = [(hook.order, hook.request(path)) for hook in hooks]
        start, posted = time.perf_counter(), 0
        while posted < len(requests) or (waiting and time.perf_counter() - start < len(requests) / rate + PATIENCE_SECONDS):
            if posted < len(requests) and time.perf_counter() - start >= posted / rate:
                order, request = requests[posted]
                posted += 1
                waiting[order] = sent_at = time.perf_counter()
                wire.sendall(request)
                answer = b""
                while not is_whole(answer):
                    answer += wire.recv(65536)
                found.answered.append(time.perf_counter() - sent_at)
                found.refused += answer[9:12] != b"200"
                continue
            seen = database.execute(_SEEN, [list(waiting)]).fetchall()
            now = time.perf_counter()
            for order, assessed, has_case in seen:
                if has_case and order not in cased:
                    cased.add(order)
                    found.case.append(now - waiting[order])
                if assessed:
                    found.assessed.append(now - waiting.pop(order))
            time.sleep(LOOK_SECONDS)
    found.missing = len(waiting)
    return found

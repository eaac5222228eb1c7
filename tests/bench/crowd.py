"""Two hundred reviewers over one queue: `next`, approve, `next`, until it is empty. No case twice, none lost.

Reviewers are threads in a few processes of the product; each does the verbs that the desk does, and they share a pool of connections, as the
requests of web processes do. This file is also what such a process runs.
"""

import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.past import Past

PROCESSES, CONNECTIONS = 4, 8  # connections of each process
STORE = "Bench Crowd"
PATIENCE_SECONDS = 60.0  # to start, and to come to an end after the last moment


@dataclass
class Done:
    """What the reviewers of one process did: seconds of each verb, and what was refused."""

    decided: int = 0
    waits: int = 0  # for a second person
    seconds: float = 0.0
    handing_out: list[float] = field(default_factory=list)
    deciding: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


# --- The process that gathers them -------------------------------------------------------------------------------------
def gather(past: "Past", *, reviewers: int, cases: int, longest: float) -> dict[str, Any]:
    """Make the queue and the reviewers, let them work for at most `longest` seconds, and look at what is there afterwards."""
    from ordersops.accounts.models import User
    from ordersops.stores.actions import connect
    from tests.bench.waiting import colleagues

    store = connect(name=STORE, platform="shopify", by=User.objects.system())
    past.wait_for_people(cases, [store])
    colleagues([store], reviewers, "crowd")
    share = [reviewers // PROCESSES + (number < reviewers % PROCESSES) for number in range(PROCESSES)]
    crews, first = [], 0
    try:
        for count in share:
            command = [sys.executable, "-m", "tests.bench.crowd", str(first), str(count), str(longest)]
            environment = {**past.on.environment, "ORDERSOPS_DB_POOL": str(CONNECTIONS), "DJANGO_SETTINGS_MODULE": "ordersops.settings"}
            crews.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            first += count
        for crew in crews:
            if (crew.stdout.readline() if crew.stdout else "") != "ready\n":
                raise SystemExit("A process of reviewers did not start.")
        answers = [json.loads(line) for line in _go(crews, longest)]
    finally:
        for crew in crews:
            crew.kill()
            crew.wait()
    found = [Done(**answer) for answer in answers]
    return {
        "reviewers": reviewers,
        "connections": PROCESSES * CONNECTIONS,
        "seconds": max(one.seconds for one in found),
        "done": sum(one.decided + one.waits for one in found),
        "waits": sum(one.waits for one in found),
        "handing_out": [took for one in found for took in one.handing_out],
        "deciding": [took for one in found for took in one.deciding],
        "refused": [words for one in found for words in one.refused],
        **check(past, store.pk, cases),
    }


def _go(crews: list[subprocess.Popen[str]], longest: float) -> list[str]:
    """Start all together, and wait for their words."""
    for crew in crews:
        assert crew.stdin is not None
        crew.stdin.write("go\n")
        crew.stdin.flush()
    timer = threading.Timer(longest + PATIENCE_SECONDS, lambda: [crew.kill() for crew in crews])
    timer.start()
    try:
        return [crew.stdout.readline() for crew in crews if crew.stdout is not None]
    finally:
        timer.cancel()


def check(past: "Past", store: Any, cases: int) -> dict[str, Any]:
    """What the database says: each case answered once, by who held it, and a line in the history for each act.

    `held_twice`: takings of a case by a person whose case before was not answered yet.
    """
    ((answered, left, held),) = past.on.rows(
        "SELECT count(*) FILTER (WHERE state IN ('decided', 'waiting')), count(*) FILTER (WHERE state = 'open' AND leased_by_id IS NULL),"
        " count(*) FILTER (WHERE state = 'open' AND leased_by_id IS NOT NULL) FROM cases_case WHERE store_id = %s",
        store,
    )
    ((words, about),) = past.on.rows(
        "SELECT count(*), count(DISTINCT case_id) FROM (SELECT case_id FROM review_decision WHERE store_id = %(s)s"
        " UNION ALL SELECT case_id FROM review_proposal WHERE store_id = %(s)s) w".replace("%(s)s", "%s"),
        store, store,
    )  # fmt: skip
    ((claims, claimed, events, others, twice),) = past.on.rows(
        """
        SELECT count(*) FILTER (WHERE verb = 'case.claimed'), count(DISTINCT case_id) FILTER (WHERE verb = 'case.claimed'),
            count(*) FILTER (WHERE verb <> 'case.claimed'), count(*) FILTER (WHERE verb <> 'case.claimed' AND (before <> case_id OR before IS NULL)),
            count(*) FILTER (WHERE verb = 'case.claimed' AND before_verb = 'case.claimed')
        FROM (SELECT *, lag(case_id) OVER w AS before, lag(verb) OVER w AS before_verb FROM audit_event
            WHERE store_id = %s AND verb IN ('case.claimed', 'case.approved', 'case.proposed')
                AND actor_id IN (SELECT id FROM accounts_user WHERE email LIKE 'crowd%%') WINDOW w AS (PARTITION BY actor_id ORDER BY id)) e
        """,
        store,
    )
    return {
        "answered": answered, "left": left, "held": held, "lost": cases - answered - left - held, "decided_twice": words - about,
        "claims": claims, "claimed_twice": claims - claimed, "events": events, "decisions": words, "by_others": others, "held_twice": twice,
    }  # fmt: skip


def holds(found: dict[str, Any], cases: int) -> dict[str, bool]:
    """What must be true of it, however fast it was."""
    return {
        "no case twice": found["decided_twice"] == found["claimed_twice"] == 0,
        "none lost": found["lost"] == found["held"] == 0 and found["answered"] == found["done"] == found["decisions"],
        "one at a time, by its holder": found["held_twice"] == found["by_others"] == 0,
        "a line of history for each": found["events"] == found["claims"] == found["done"],
        "nothing refused": not found["refused"],
        f"{cases:,} cases within the time": found["left"] == 0,
    }


# --- A process of reviewers -------------------------------------------------------------------------------------------
def main(first: int, count: int, longest: float) -> None:
    import django

    django.setup()
    from django.db import connection

    from ordersops.accounts.models import User

    emails = [f"crowd{number}@bench.example" for number in range(first, first + count)]
    people = list(User.objects.filter(email__in=emails))
    connection.close()
    print("ready", flush=True)
    if sys.stdin.readline() != "go\n":
        return
    done, room, noting = Done(), threading.BoundedSemaphore(CONNECTIONS), threading.Lock()
    start = time.monotonic()
    threads = [threading.Thread(target=_work, args=(person, done, room, noting, start + longest), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(start + longest + PATIENCE_SECONDS / 2 - time.monotonic(), 0.1))
    done.seconds = time.monotonic() - start
    with noting:
        print(json.dumps(asdict(done)), flush=True)


def _work(by: Any, done: Done, room: threading.BoundedSemaphore, noting: threading.Lock, until: float) -> None:
    """One reviewer, until the queue is empty. A verb that waits for a connection has not begun."""
    from ordersops.cases.actions import next_case
    from ordersops.errors import Refusal
    from ordersops.review.actions import approve
    from ordersops.review.models import Decision

    while time.monotonic() < until:
        try:
            case, took = _timed(room, lambda: next_case(lane="fraud", by=by))
            with noting:
                done.handing_out.append(took)
            if case is None:
                return
            made, took = _timed(room, lambda case=case: approve(case=case, by=by, version=case.version))
            with noting:
                done.deciding.append(took)
                done.decided += isinstance(made, Decision)
                done.waits += not isinstance(made, Decision)
        except Refusal as refusal:
            with noting:
                done.refused.append(str(refusal))
            return
        except Exception as error:
            with noting:
                done.refused.append(repr(error))
            return


def _timed(room: threading.BoundedSemaphore, verb: Any) -> tuple[Any, float]:
    from django.db import connection

    with room:
        start = time.perf_counter()
        try:
            return verb(), time.perf_counter() - start
        finally:
            connection.close()  # back to the pool


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

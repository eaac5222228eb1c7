"""Whatever is killed under load: every delivery that was acknowledged is applied, exactly once."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from tests.product import Product, living, shopify_order, wait_for

numbers = itertools.count(1)
BEFORE, AFTER = 20, 40  # orders that are acknowledged before something is killed, and after


class Load:
    """Senders that post one order after another, and remember which were acknowledged."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.acknowledged: list[str] = []
        self.refused = 0
        self.over = threading.Event()

    def send(self) -> None:
        with requests.Session() as session:
            while not self.over.is_set():
                order = shopify_order(next(numbers))
                status = self.product.post(order, session=session)
                if status == 200:
                    self.acknowledged.append(str(order["id"]))
                else:
                    self.refused += 1
                    time.sleep(0.05)


@contextmanager
def load(product: Product) -> Iterator[Load]:
    """Four senders; inside the block, something may be killed. They go on until they are heard again."""
    under_way = Load(product)
    with ThreadPoolExecutor(4) as senders:
        futures = [senders.submit(under_way.send) for _ in range(4)]
        try:
            wait_for(lambda: len(under_way.acknowledged) >= BEFORE, explain=product.said)
            yield under_way
            heard = len(under_way.acknowledged)
            wait_for(lambda: len(under_way.acknowledged) >= heard + AFTER, explain=product.said)
        finally:
            under_way.over.set()
        for future in futures:
            future.result()


def settle(product: Product) -> None:
    """Wait until no delivery waits any more."""
    wait_for(lambda: product.rows("SELECT count(*) FROM intake_delivery WHERE state = 'pending'") == [(0,)], explain=product.said)


def applied_once(product: Product, acknowledged: list[str]) -> None:
    assert len(acknowledged) >= BEFORE + AFTER
    ids = sorted(acknowledged)
    found = product.rows("SELECT external_id FROM orders_order WHERE external_id = ANY(%s) ORDER BY 1", ids)
    assert [row[0] for row in found] == ids
    placed = product.rows(
        "SELECT o.external_id, count(e.*) FROM orders_order o LEFT JOIN audit_event e ON e.order_id = o.id AND e.verb = 'order.placed' "
        "WHERE o.external_id = ANY(%s) GROUP BY 1 HAVING count(e.*) <> 1",
        ids,
    )
    assert placed == []
    states = product.rows(
        "SELECT d.state, count(*) FROM intake_delivery d JOIN orders_order o ON o.id = d.order_id WHERE o.external_id = ANY(%s) GROUP BY 1",
        ids,
    )
    assert states == [("done", len(ids))]


def test_killing_an_intake_worker(product: Product) -> None:
    with load(product) as sent:
        product.workers("intake")[0].kill()
    settle(product)
    applied_once(product, sent.acknowledged)


def test_a_cluster_that_hangs_after_its_idle_workers_were_killed_is_restarted(product: Product) -> None:
    """One of two idle workers holds the lock of the queue; killed, it may take the lock along, and then nobody gets a task until the
    watchdog has restarted the cluster. Whichever it was, the work is done."""
    settle(product)
    before = product.child("qcluster", Q_CLUSTER_NAME="intake")
    before.kill()  # so that none of the workers is one that was put in place of another
    wait_for(
        lambda: product.is_there("qcluster", but=before, Q_CLUSTER_NAME="intake") and len(product.workers("intake")) == 2,
        explain=product.said,
    )
    kill_time = time.time()
    beat = "SELECT extract(epoch FROM at)::float8 FROM ordersops_heartbeat WHERE name = 'intake'"
    wait_for(lambda: product.rows(beat)[0][0] > kill_time, explain=product.said)
    workers = product.workers("intake")
    for worker in workers:
        worker.kill()
    order = shopify_order(next(numbers))
    assert product.post(order) == 200
    applied = "SELECT count(*) FROM orders_order WHERE external_id = %s"
    wait_for(lambda: product.rows(applied, str(order["id"])) == [(1,)], explain=product.said)
    wait_for(lambda: not living(workers))


def test_killing_a_web_worker(product: Product) -> None:
    with load(product) as sent:
        product.web_workers()[0].kill()
    wait_for(lambda: len(product.web_workers()) == 2, explain=product.said)
    settle(product)
    applied_once(product, sent.acknowledged)


def test_killing_the_database(product: Product) -> None:
    with load(product) as sent:
        product.postgres()[0].kill()
    wait_for(lambda: product.answers("/readyz") == 200, explain=product.said)
    assert "the embedded database is back" in product.said()
    settle(product)
    applied_once(product, sent.acknowledged)


@pytest.mark.parametrize(
    ("word", "variables"), [("granian", {}), ("qcluster", {"Q_CLUSTER_NAME": "advice"}), ("sweep", {})], ids=["web", "advice", "sweeper"]
)
def test_a_killed_process_takes_its_group_along_and_is_brought_back(product: Product, word: str, variables: dict[str, str]) -> None:
    before = product.child(word, **variables)
    group = [before, *before.children(recursive=True)]
    before.kill()

    wait_for(lambda: product.is_there(word, but=before, **variables), explain=product.said)
    wait_for(lambda: not living(group))
    wait_for(lambda: product.answers("/readyz") == 200, explain=product.said)


def test_status_and_readiness_say_what_is_there(product: Product) -> None:
    settle(product)
    found = product.status()
    orders = product.rows("SELECT count(*) FROM orders_order")[0][0]
    assert found["orders"] == orders
    assert found["deliveries"].get("pending", 0) == 0
    assert found["events"] >= orders
    assert set(found["clusters"]) == {"intake", "advice", "advisors", "effects", "sweeper"}
    wait_for(lambda: all(age < 60 for age in product.status()["clusters"].values()), explain=product.said)
    wait_for(lambda: product.answers("/readyz") == 200, explain=product.said)
    assert requests.get(f"{product.base_url}/readyz", timeout=60).json()["ready"] is True
    assert requests.get(f"{product.base_url}/healthz", timeout=60).text == "ok\n"

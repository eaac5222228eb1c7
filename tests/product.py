"""The real product: `manage.py up --demo`, on free ports and a data directory of its own, known only as its users know it.

The simulated store starts silent (`--rate 0`); a test makes it tell a story with `product.tell(...)`, or posts signed orders
itself with `product.post(...)`. `product` is shared by all tests of a run that ask for it; those run one after another.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent
HOLD_WINDOW_SECONDS = 8  # long enough to undo a decision in a browser that others keep busy
PATIENCE_SECONDS = 180.0  # until a test gives up; what it waits for comes within moments, on a machine that others use as well later
ROLES = {
    "fraud_reviewer": "fraud@demo.example",
    "senior_fraud_reviewer": "senior@demo.example",
    "ops_reviewer": "ops@demo.example",
    "returns_reviewer": "returns@demo.example",
    "support_agent": "support@demo.example",
    "supervisor": "supervisor@demo.example",
    "auditor": "auditor@demo.example",
    "admin": "admin@demo.example",
}


class Product:
    """One `up` with all its processes."""

    def __init__(self, data: Path | None = None, *options: str) -> None:
        self.data = data or make_data_directory()
        self.port, self.store_port = free_ports(2)
        self.base_url, self.store_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.store_port}"
        self.logins = ROLES
        self.log = self.data / "up.log"
        arguments = ["--demo", "--rate", "0", "--port", str(self.port), "--store-port", str(self.store_port), *options]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *arguments],
                cwd=ROOT,
                env=environment(self.data),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    # --- As its operators know it ------------------------------------------------------------------------------------
    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def password(self) -> str:
        """The password of all demo people."""
        return (self.data / "demo_password").read_text().strip()

    def wait_until_ready(self, seconds: float = 2 * PATIENCE_SECONDS) -> "Product":
        def ready() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"up ended with {self.process.returncode}:\n{self.said()}")
            return self.answers("/readyz") == 200 and "ordersops is at" in self.said()

        wait_for(ready, seconds, self.said)
        return self

    def said(self) -> str:
        """Everything on its log stream so far."""
        return self.log.read_text(errors="replace")

    def answers(self, path: str) -> int:
        """The status of a GET, 0 when nobody answers."""
        try:
            return requests.get(self.base_url + path, timeout=60, allow_redirects=False).status_code
        except requests.RequestException:
            return 0

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A management command beside it, on the same data."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment(self.data), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )

    def status(self) -> dict[str, Any]:
        """`manage.py status --json`."""
        done = self.command("status", "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @property
    def database_folder(self) -> str:
        """Where the socket of its database is."""
        return (self.data / "pg" / "postmaster.pid").read_text().splitlines()[4]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What its database says."""
        with psycopg.connect(host=self.database_folder, user="postgres", dbname="ordersops", connect_timeout=60) as connection:
            return connection.execute(sql, values or None).fetchall()

    def stop(self) -> int:
        """SIGTERM, and wait for the end. Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    # --- As its processes ----------------------------------------------------------------------------------------------
    def processes(self) -> list[psutil.Process]:
        """All of them: the supervisor, what it started, and the database."""
        supervisor = psutil.Process(self.pid)
        return [supervisor, *supervisor.children(recursive=True), *self.postgres()]

    def postgres(self) -> list[psutil.Process]:
        """The postmaster and its backends."""
        postmaster = psutil.Process(int((self.data / "pg" / "postmaster.pid").read_text().split()[0]))
        return [postmaster, *postmaster.children()]

    def web_workers(self) -> list[psutil.Process]:
        return self.child("granian").children()

    def workers(self, cluster: str) -> list[psutil.Process]:
        """The processes of a cluster that work: django-q2 starts them before its monitor and its pusher."""
        sentinels = self.child("qcluster", Q_CLUSTER_NAME=cluster).children()
        return sorted(sentinels[0].children(), key=lambda process: process.create_time())[:2] if sentinels else []

    def child(self, word: str, **variables: str) -> psutil.Process:
        """The child of the supervisor with the word in its command line and the variables in its environment."""
        for process in psutil.Process(self.pid).children():
            with contextlib.suppress(psutil.Error):  # it may end while we look
                if word in " ".join(process.cmdline()) and variables.items() <= process.environ().items():
                    return process
        raise AssertionError(f"There is no {word} among the processes of the product.")

    def is_there(self, word: str, *, but: psutil.Process, **variables: str) -> bool:
        """Whether there is such a child again, other than the one that was killed."""
        try:
            return self.child(word, **variables).pid != but.pid
        except AssertionError:
            return False

    # --- As its stores -------------------------------------------------------------------------------------------------
    @property
    def shops(self) -> list[dict[str, str]]:
        """The demo stores: name, platform, endpoint, secret. First Shopify, then generic."""
        found: list[dict[str, str]] = json.loads((self.data / "simulator.json").read_text())["shops"]
        return found

    def tell(self, story: str, *, shop: int = 0, n: int = 1) -> dict[str, Any]:
        """Have the simulated store play a story; returns its orders."""
        answer = requests.post(f"{self.store_url}/send/{story}", params={"shop": shop, "n": n}, timeout=120)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def post(self, order: dict[str, Any], *, topic: str = "orders/create", session: Any = requests) -> int:
        """Post a signed Shopify webhook. Returns the status, 0 when the connection broke."""
        shop, body = self.shops[0], json.dumps(order).encode()
        digest = hmac.new(shop["secret"].encode(), body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": shop["domain"],
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        }
        try:
            status: int = session.post(shop["endpoint"], data=body, headers=headers, timeout=60).status_code
        except requests.RequestException:
            return 0
        return status


def shopify_order(number: int, **changes: Any) -> dict[str, Any]:
    """A small order as Shopify sends it, with an id beyond 2^53."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    address = {
        "name": "Ann Example",
        "address1": "1 Main Street",
        "city": "Springfield",
        "zip": "62701",
        "country_code": "US",
        "province_code": "IL",
    }
    line = {"id": 7_000_000_000_000_000_000 + number, "sku": f"SKU-{number % 7}", "title": "A mug", "quantity": 1, "price": "20.00"}
    order = {
        "id": 6_000_000_000_000_000_000 + number,
        "name": f"#T{number}",
        "order_number": number,
        "created_at": now,
        "updated_at": now,
        "currency": "USD",
        "total_price": "20.00",
        "subtotal_price": "20.00",
        "financial_status": "paid",
        "fulfillment_status": None,
        "email": f"customer{number}@shopper.example",
        "customer": {"id": 8_000_000_000_000_000_000 + number, "email": f"customer{number}@shopper.example"},
        "line_items": [line],
        "billing_address": address,
        "shipping_address": address,
    }
    return {**order, **changes}


def environment(data: Path) -> dict[str, str]:
    """This environment without what belongs to the test run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ORDERSOPS_", "Q_CLUSTER"))}
    for name in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):  # what one of its many processes has compiled, the others read
        kept.pop(name, None)
    return {**kept, "ORDERSOPS_DATA": str(data), "ORDERSOPS_HOLD_WINDOW": str(HOLD_WINDOW_SECONDS), "ORDERSOPS_QUIET_HOURS": "false"}


def make_data_directory() -> Path:
    """A directory that the database's own user can reach, with a path short enough for its socket. pytest's are neither."""
    path = Path(tempfile.mkdtemp(prefix="oo-", dir="/tmp"))
    path.chmod(0o755)
    return path


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, and that nobody is given until they are: not of those which the system hands out by itself."""
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found += [port] if port not in found else []
    return found


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run. One that has ended and that nobody has asked about yet does not."""
    alive = []
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def wait_for(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS, explain: Callable[[], str] = str) -> Any:
    """Wait until the condition holds, and return what it said. `seconds` is when to give up, never what is tested."""
    seconds = max(seconds, PATIENCE_SECONDS)
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(psutil.Error):  # what it asks about may end while it looks
            if found := condition():
                return found
        if time.monotonic() > deadline:
            raise AssertionError(f"This did not happen within {seconds} s. {explain()[-4000:]}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    running = Product()
    try:
        yield running.wait_until_ready()
    finally:
        running.stop()
        shutil.rmtree(running.data, ignore_errors=True)


@pytest.fixture
def data_directory() -> Iterator[Path]:
    path = make_data_directory()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests of the running product share one, so they stay in one worker."""
    if "product" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("product"))
        item.add_marker(pytest.mark.process)

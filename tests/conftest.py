"""What all tests share: no network beyond this machine, people and stores, and a database of one's own for tests that commit."""

import contextlib
import fcntl
import ipaddress
import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from ordersops import jobs

# Playwright keeps an event loop running in its worker, in which other tests use the database; nothing of ours is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = ["tests.people", "tests.product"]

# How long an example takes says nothing on a machine that others use as well.
at_leisure: Any = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("default", max_examples=50, **at_leisure)
hypothesis.settings.register_profile("ci", max_examples=40, derandomize=True, print_blob=True, **at_leisure)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make `xdist_group` count: pytest 9.2 keeps an item's id elsewhere than where pytest-xdist 3.8 writes it with its group."""
    for item in items:
        grouped, current = getattr(item, "_nodeid", ""), getattr(item, "_id", None)
        if current is not None and grouped.startswith(f"{item.nodeid}@"):
            item._id = type(current).parse(grouped)  # type: ignore[attr-defined]


# --- The network ends at this machine -------------------------------------------------------------------------------
class BeyondLoopback(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that does not go to loopback or to a unix socket."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def only_loopback(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                raise BeyondLoopback(f"A test tried to connect to {address[0]}.")
            return original(self, address)

        return only_loopback

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        yield


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- A browser --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's chromium. Without it the journeys are skipped on one's own machine, and fail in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("ORDERSOPS_REQUIRE_BROWSER") == "1":
            pytest.fail("chromium is not installed, and ORDERSOPS_REQUIRE_BROWSER is set.")
        pytest.skip("chromium is not installed")
    return path


# --- The database -----------------------------------------------------------------------------------------------------
def pytest_configure(config: pytest.Config) -> None:
    """Nobody needs the rows of a test after a power cut: commits of tests do not wait for the disk. Servers that tests crash are others."""
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any, django_db_keepdb: bool, worker_id: str, testrun_uid: str
) -> None:
    """The workers of a run work on copies of one migrated database: the first that needs it makes it. Alone, a process makes its own."""
    if worker_id == "master" or django_db_keepdb:
        return
    name, held = _model_database(testrun_uid), connection.settings_dict
    with django_db_blocker.unblock(), (Path(settings.DATA_DIR) / "tests.lock").open("w") as lock, _server() as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            mine, own = held["NAME"], held["TEST"]["NAME"]
            held["TEST"]["NAME"] = unfinished = f"{name}_unfinished"
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
            held["NAME"] = settings.DATABASES["default"]["NAME"] = mine
            held["TEST"]["NAME"] = own
            server.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    held["TEST"]["TEMPLATE"] = name


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Copies go, and whoever started the workers clears away what they copied."""
    if _let_go_of:
        with contextlib.suppress(psycopg.Error), _server() as server:
            _drop(server)
    manager = getattr(session.config.pluginmanager.get_plugin("dsession"), "nodemanager", None)
    if manager is not None:
        with contextlib.suppress(psycopg.Error), _server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{_model_database(manager.testrunuid)}" WITH (FORCE)')


def _model_database(run: str) -> str:
    return f"test_{settings.DATABASES['default']['NAME']}_{run[:12]}"


@pytest.fixture
def fresh_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A copy of the migrated test database for one test that commits, for example with threads; yields its name.

    The history refuses TRUNCATE, so pytest-django's transactional tests cannot clean up after themselves.
    Do not mark such a test `django_db`.
    """
    with django_db_blocker.unblock():
        template = connection.settings_dict["NAME"]
        # pytest-django makes a test database only where a collected test has the mark `django_db`.
        assert template.startswith("test_"), "Give one test of this module the mark django_db, so that there is a test database to copy."
        connection.close()
        name = f"{template}_{uuid.uuid4().hex[:8]}"
        with _server() as server:
            _copy(server, connection.settings_dict["TEST"].get("TEMPLATE") or template, name)
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            connection.settings_dict["NAME"] = template
            with _server() as server:
                _let_go(server, name)


_let_go_of: list[str] = []
MOST_LET_GO_OF = 8


def _let_go(server: psycopg.Connection[Any], name: str) -> None:
    """Nobody uses the copy any more. To drop one has the server write down all that any worker has changed, so several go at once."""
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    _let_go_of.append(name)
    if len(_let_go_of) >= MOST_LET_GO_OF:
        _drop(server)


def _drop(server: psycopg.Connection[Any]) -> None:
    while _let_go_of:
        server.execute(f'DROP DATABASE IF EXISTS "{_let_go_of.pop()}" WITH (FORCE)')


def _copy(server: psycopg.Connection[Any], template: str, name: str) -> None:
    """A connection that ended is there for a moment longer, and a copy waits for it for five seconds only."""
    for _ in range(60):
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            return
    raise AssertionError(f"Somebody does not leave {template}.")


def _server() -> psycopg.Connection[Any]:
    parameters = {**connection.get_connection_params(), "dbname": "postgres", "cursor_factory": psycopg.Cursor}
    return psycopg.connect(**parameters, autocommit=True)


# --- The workers ------------------------------------------------------------------------------------------------------
@pytest.fixture
def work() -> Callable[[], int]:
    """Do all work that is ready, as the workers would, and return how many rows they took."""

    def until_quiet() -> int:
        total = 0
        while taken := sum(import_string(kind.path)() or 0 for kind in jobs.KINDS.values()):
            total += taken
        return total

    return until_quiet

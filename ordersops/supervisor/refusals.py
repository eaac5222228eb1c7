"""Why `up` cannot start: one sentence and one exit code each."""

import errno
import fcntl
import os
import socket
from pathlib import Path

SETTINGS, DATABASE, MIGRATION, PORT, SECOND, RIGHTS, PREPARATION = 1, 3, 4, 5, 6, 7, 8


class Refused(Exception):
    """The product cannot start. `code` is the exit code of the command."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class OnlyOne:
    """The lock that one `up` holds on a data directory for as long as it runs. The kernel drops it with the process."""

    def __init__(self, data: Path) -> None:
        path = data / "up.pid"
        try:
            self.handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refused(RIGHTS, f"Cannot write {path}: {error.strerror}. Give this user the right, or set ORDERSOPS_DATA.") from error
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.read(self.handle, 20).decode().strip() or "unknown"
            sentence = f"ordersops is already running on {data} (process {pid}). Stop it first, or set ORDERSOPS_DATA."
            raise Refused(SECOND, sentence) from None
        os.ftruncate(self.handle, 0)
        os.write(self.handle, f"{os.getpid()}\n".encode())


def must_be_free(host: str, port: int, option: str) -> None:
    """Refuse when something already listens on the address, or when it is not ours to listen on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = {
            errno.EADDRINUSE: f"Port {port} on {host} is taken: stop what listens there, or choose another with {option}.",
            errno.EACCES: f"Port {port} on {host} needs more rights: choose one above 1023 with {option}.",
            errno.EADDRNOTAVAIL: f"This machine has no address {host}: choose another with --host.",
        }.get(error.errno or 0, f"Cannot listen on {host} port {port}: {error.strerror or error}.")
        raise Refused(PORT, reason) from error


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""`python -m ordersops.simulator --config FILE`: run the simulated store until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from .config import ConfigError, load
from .server import Server
from .store import Store


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ordersops.simulator", description="A store that does not exist, for demonstrations and tests.")
    parser.add_argument("--config", required=True, metavar="FILE", help="JSON file, or - for standard input")
    try:
        config = load(parser.parse_args(arguments).config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        store = Store(config)
    except OSError as error:
        print(f"The mailboxes of the simulated store cannot listen on {config.host}:{config.mail_port}: {error.strerror}.", file=sys.stderr)
        return 1
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: store.stopping.set())
    try:
        server = Server(store)
    except OSError as error:
        print(f"The simulated store cannot listen on {config.host}:{config.port}: {error.strerror}.", file=sys.stderr)
        return 1
    threading.Thread(target=server.serve_forever, name="page", daemon=True).start()
    store.record.say(f"simulated store on http://{config.host}:{server.server_port}/")
    try:
        return _run(store)
    finally:
        store.close()
        server.shutdown()
        server.server_close()
        store.record.say("simulated store stopped")


def _run(store: Store) -> int:
    if not store.wait_for_product():
        if store.stopping.is_set():
            return 0
        print("The product did not answer within a minute; the simulated store gives up.", file=sys.stderr)
        return 1
    store.open()
    store.stopping.wait(store.config.stop_after)
    return 0


if __name__ == "__main__":
    sys.exit(main())

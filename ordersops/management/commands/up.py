"""`manage.py up`: the whole product on this machine (ordersops/supervisor)."""

import sys
import threading
import time
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from ordersops import demo
from ordersops.supervisor.house import House, Plan
from ordersops.supervisor.preparation import prepare
from ordersops.supervisor.refusals import OnlyOne, Refused, free_port, must_be_free

SLOW_START_SECONDS = 60.0
LOADING_SECONDS = 3.0


class Command(BaseCommand):
    help = "Start everything: database, web server, workers, sweeper, watchdog. Ctrl-C stops it cleanly."
    requires_system_checks: list[str] = []  # they run below, after the migrations

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port of the desk (8000)")
        parser.add_argument("--workers", type=int, default=2, help="web processes, of four threads each (2)")
        parser.add_argument(
            "--demo", action="store_true", help="three stores, one person per role, and a simulated store that sends orders"
        )
        parser.add_argument("--rate", type=float, default=12.0, help="demo: new orders a minute (12)")
        parser.add_argument("--store-port", type=int, default=8020, help="demo: port of the simulated store (8020)")
        parser.add_argument("--no-simulator", action="store_true", help="demo: without the simulated store")

    def handle(self, *args: Any, **options: Any) -> None:
        house = House()
        house.listen_to_signals()
        try:
            self.up(house, options)
        except Refused as refused:
            self.stderr.write(refused.sentence)
            sys.exit(refused.code)

    def up(self, house: House, options: dict[str, Any]) -> None:
        """Check, prepare, open, keep, close. Raises Refused before anything was started."""
        lock = OnlyOne(settings.DATA_DIR)
        must_be_free(options["host"], options["port"], "--port")
        simulate = options["demo"] and not options["no_simulator"]
        if simulate:
            must_be_free("127.0.0.1", options["store_port"], "--store-port")
        prepare(lambda line: house.say("up", line))
        plan = Plan(options["host"], options["port"], options["workers"])
        told = ""
        if options["demo"]:
            store_url = f"http://127.0.0.1:{options['store_port']}"
            stores = demo.furnish(store_url if simulate else "", warehouses=bool(options["rate"]))
            if simulate:
                mail_port = free_port()
                config = demo.simulator_config(
                    stores, product_url=plan.url, port=options["store_port"], rate=options["rate"], mail_port=mail_port
                )
                plan = Plan(plan.host, plan.port, plan.web_workers, config, mail_port)
            told = demo.welcome(stores, plan.url, store_url if simulate else "")
        connection.close()
        if house.leaving.is_set():
            return
        try:
            house.open(plan)
            busy = bool(simulate and options["rate"])
            threading.Thread(target=_announce, args=(house, plan, told), kwargs={"busy": busy}, daemon=True).start()
            house.keep()
            house.say("up", "stopping")
        finally:
            house.close()
        house.say("up", "stopped")
        del lock


def _announce(house: House, plan: Plan, told: str, *, busy: bool) -> None:
    """Print the address once somebody answers there. While past orders come in, the rest waits, so that it does not scroll away above them."""
    deadline = time.monotonic() + SLOW_START_SECONDS
    while not house.leaving.is_set() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{plan.url}/healthz", timeout=2):  # noqa: S310  our own address
                break
        except OSError:
            house.leaving.wait(0.2)
    else:
        return
    house.say("up", f"ordersops is at {plan.url}")
    if busy:
        house.leaving.wait(LOADING_SECONDS)
        for _ in range(20):
            if house.leaving.is_set() or house.silent_for("store") > 1.0:
                break
            house.leaving.wait(0.3)
    for line in told.splitlines():
        house.say("up", line)

"""`manage.py sweep`: the clock of the product (ordersops/sweeper.py)."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from ordersops.sweeper import Sweeper


class Command(BaseCommand):
    help = "Wake workers up for work that was missed, and do what is due at intervals, until SIGTERM."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sweeper = Sweeper()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sweeper.stop())
        sweeper.run()

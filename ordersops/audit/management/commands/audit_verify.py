import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ordersops.audit.verify import verify


class Command(BaseCommand):
    help = "Recompute the history: chains, checkpoints, signatures, anchors. Exit code 1 names the first broken link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", type=Path, help="a copy of the anchor file that was kept elsewhere")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(options["anchors"])
        self.stdout.write(json.dumps(report.as_dict()) if options["json"] else report.text())
        if not report.holds:
            sys.exit(1)

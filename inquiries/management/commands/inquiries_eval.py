"""`manage.py inquiries_eval [--json]`: how well the built-in classifier reads what customers want, by cross-validation."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from inquiries.classifier import fingerprint, utterances
from inquiries.measuring import cross_validate
from inquiries.policy import DEFAULTS


class Command(BaseCommand):
    help = "Accuracy, calibration and abstention of the built-in classifier, by cross-validation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        sure_from = DEFAULTS.sure_from / 100
        measured = cross_validate(utterances())
        found = {"fingerprint": fingerprint(), **measured.as_json(sure_from)}
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(f"{found['utterances']} utterances, classifier {found['fingerprint']}")
        self.stdout.write(f"right: {found['accuracy']:.1%}; calibration error: {found['calibration_error']:.3f}")
        self.stdout.write(
            f"sure (from {sure_from:.0%} on): {found['when_sure_covered']:.1%} of them, right: {found['when_sure_right']:.1%}; "
            f"abstains from {found['when_sure_abstained']:.1%}"
        )
        for part in ("languages", "intents"):
            for key, row in found[part].items():
                self.stdout.write(f"  {key:<26}{row['count']:>4}  {row['right']:.0%}")
        for wanted, taken, count in found["mistaken"]:
            self.stdout.write(f"  {wanted} taken for {taken}: {count}")

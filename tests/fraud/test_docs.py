"""docs/fraud-signals.md says what the code says. `WRITE_DOCS=1 uv run pytest tests/fraud/test_docs.py` writes the tables anew."""

import os
import re
from pathlib import Path

from fraud.catalogue import FACTS
from fraud.policy import POLICY
from fraud.signals import GROUPS, SIGNALS
from fraud.weights import VERSION

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fraud-signals.md"


def tables() -> dict[str, str]:
    """The generated parts of the page by name."""
    signals = ["| Group | Signal | Key | Points | Needs | Source |", "|---|---|---|---|---|---|"]
    for group in GROUPS:
        for one in (signal for signal in SIGNALS.values() if signal.group == group):
            points = " / ".join(f"{weight:+d}" for weight in one.weights)
            signals.append(
                f"| {group} | {one.label} | `{one.key}` | {points} | {', '.join(f'`{fact}`' for fact in one.needs)} | {one.source} |"
            )
    policy = [
        f"Policy `{POLICY.version}`, weights `{VERSION}`, {len(SIGNALS)} signals over {len(FACTS)} facts.",
        f"Clear below {POLICY.anomalous_from}, anomalous from {POLICY.anomalous_from}, high from {POLICY.high_from}; "
        f"the scorecard recommends to decline from {POLICY.decline_from}.",
        "To be decided within " + ", ".join(f"{within} ({band})" for band, within in POLICY.review_within.items()) + ".",
        f"An attack is {POLICY.attack_orders} orders on one key within {POLICY.attack_within}.",
    ]
    return {"policy": "\n".join(policy), "signals": "\n".join(signals)}


def filled(page: str) -> str:
    for name, text in tables().items():
        page = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page, flags=re.DOTALL
        )
    return page


def test_the_page_says_what_the_code_says() -> None:
    page = PAGE.read_text()
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(filled(page))
    assert all(f"<!-- {name} -->" in page for name in tables())
    assert PAGE.read_text() == filled(page), "Run WRITE_DOCS=1 uv run pytest tests/fraud/test_docs.py"

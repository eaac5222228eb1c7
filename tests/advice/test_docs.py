"""docs/advice.md says what the code says. `WRITE_DOCS=1 uv run pytest tests/advice/test_docs.py` writes the tables anew."""

import os
import re
from pathlib import Path

from ordersops.advice.verify import FAULTS, NOTES, OPERATORS, SENTENCES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "advice.md"


def tables() -> dict[str, str]:
    """The generated parts of the page by name."""
    operators = [f"| {kind} | {', '.join(f'`{op}`' for op in sorted(allowed))} |" for kind, allowed in OPERATORS.items()]
    codes = [f"| `{code}` | {sentence} |" for code, sentence in SENTENCES.items()]
    faults = [f"| `{code}` | {sentence} | {'a note' if code in NOTES else ''} |" for code, sentence in FAULTS.items()]
    return {
        "claims": "\n".join(
            ["| kind of fact | operators |", "|---|---|", *operators, "", "| code | what it says of a claim |", "|---|---|", *codes]
        ),
        "faults": "\n".join(["| code | what it says of an answer | |", "|---|---|---|", *faults]),
    }


def filled(page: str) -> str:
    for name, text in tables().items():
        page = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page, flags=re.DOTALL
        )
    return page


def test_the_page_says_what_the_code_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(filled(page), encoding="utf-8")
    assert all(f"<!-- {name} -->" in page for name in tables())
    assert PAGE.read_text(encoding="utf-8") == filled(page), "Run WRITE_DOCS=1 uv run pytest tests/advice/test_docs.py"

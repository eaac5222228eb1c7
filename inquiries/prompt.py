"""The prompt of the inquiries lane. The text lies in prompts/, one file for each version; a changed text is a new file and a new name here."""

from pathlib import Path

from ordersops.cases.lanes import Prompt

NAME = "inquiries-1"
PROMPT = Prompt(NAME, (Path(__file__).parent / "prompts" / f"{NAME}.md").read_text(encoding="utf-8"))

"""Every GraphQL document that is sent to Shopify: one file each here, the fragments they share in `fragments/`.

They are validated in tests against Shopify's own schema of the version that is asked for.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in HERE.glob("*.graphql")))
_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")


@cache
def document(name: str) -> str:
    """A document with the fragments it needs, as it is sent."""
    text = (HERE / f"{name}.graphql").read_text()
    needed: dict[str, str] = {}
    open_names = _SPREAD.findall(text)
    while open_names:
        fragment = open_names.pop()
        if fragment not in needed:
            needed[fragment] = (HERE / "fragments" / f"{fragment}.graphql").read_text()
            open_names += _SPREAD.findall(needed[fragment])
    return "\n".join([text, *(needed[fragment] for fragment in sorted(needed))])


def joined(writes: list[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]]:
    """Several writes as one document, and its variables: what belongs together leaves in one question.

    The parts are carried out in their order. Each has its own user errors; an earlier part stays done if a later one fails.
    """
    if len(writes) == 1:
        return document(writes[0][0]), writes[0][1]
    heads: list[str] = []
    parts: list[str] = []
    variables: dict[str, Any] = {}
    for number, (name, values) in enumerate(writes):
        found = _MUTATION.fullmatch((HERE / f"{name}.graphql").read_text().strip())
        assert found is not None, name
        head, part = (_VARIABLE.sub(rf"$\1_{number}", text.strip()) for text in found.groups())
        heads.append(head)
        parts.append(f"  part_{number}: {part}")
        variables |= {f"{key}_{number}": value for key, value in values.items()}
    return "mutation Joined({}) {{\n{}\n}}\n".format(", ".join(heads), "\n".join(parts)), variables


_MUTATION = re.compile(r"mutation \w+\((.*?)\)\s*\{(.*)\}", re.DOTALL)
_VARIABLE = re.compile(r"\$(\w+)")

"""Every GraphQL document that is sent to Shopify: one file each here, the fragments they share in `fragments/`.

They are validated in tests against Shopify's own schema of the version that is asked for.
"""

import re
from functools import cache
from pathlib import Path

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

"""Prompts are files with a version and a hash. A call with a text that was not registered at a deployment is refused."""

from typing import TYPE_CHECKING

from ordersops.advice.answers import Unregistered
from ordersops.advice.models import Prompt
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lanes
from ordersops.errors import Conflict

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.cases import lanes as kernel


@atomic
def register(by: "User") -> list[Prompt]:
    """Register the prompt of every lane under its name; running it again changes nothing. Returns the rows.

    Raises Conflict, and registers none, where a name stands for another text already: a changed text is a new name.
    """
    return [_register(key, lane.prompt, by) for key, lane in lanes().items() if lane.prompt is not None]


def registered(prompt: "kernel.Prompt | None") -> Prompt:
    """The registered row of this very text under this very name. Raises Unregistered; ask before anything leaves the house."""
    if prompt is None:
        raise Unregistered("The lane has no prompt.")
    row = Prompt.objects.filter(sha256=prompt.sha256, name=prompt.name).first()
    if row is None:
        raise Unregistered(f"The text of the prompt {prompt.name} is not the registered one. Run manage.py register_prompts.")
    return row


def _register(lane: str, prompt: "kernel.Prompt", by: "User") -> Prompt:
    for row in Prompt.objects.filter(name=prompt.name) | Prompt.objects.filter(sha256=prompt.sha256):
        if row.sha256 != prompt.sha256:
            raise Conflict(
                f"The prompt {prompt.name} was registered with another text (now {prompt.sha256[:8]}, then {row.sha256[:8]}). "
                "A changed text is a new name: put it in a new file, and leave the old one as it was."
            )
        if row.name != prompt.name or row.lane != lane:
            raise Conflict(f"The text of the prompt {prompt.name} of the lane {lane} is registered as {row.name} of the lane {row.lane}.")
        return row
    row = Prompt.objects.create(sha256=prompt.sha256, lane=lane, name=prompt.name, text=prompt.text)
    record(Verb.PROMPT_REGISTERED, by=by, name=row.name, sha256=row.sha256)
    return row

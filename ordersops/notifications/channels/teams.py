"""Teams: an Adaptive Card to the address of a workflow (“When a Teams webhook request is received”). It carries links, and no act."""

import json
import re
from functools import partial
from typing import Any

from ordersops.notifications.channels import Call, Result, post
from ordersops.notifications.message import Item, Message
from ordersops.notifications.models import Severity

_COLOURS = {Severity.HIGH: "attention", Severity.ANOMALOUS: "warning"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!<>|~-])")


def call(*, url: str, message: Message) -> Call:
    return partial(_send, url, json.dumps(card(message), ensure_ascii=False))


def card(message: Message) -> dict[str, Any]:
    """Texts of a card are read as Markdown, so what is a sign there is written as itself."""
    blocks: list[dict[str, Any]] = []
    if len(message.items) > 1:
        blocks.append({"type": "TextBlock", "text": plain(message.subject), "weight": "bolder", "size": "medium", "wrap": True})
    for item in message.items:
        blocks += _blocks(item, linked=len(message.items) > 1)
    if message.more:
        blocks.append({"type": "TextBlock", "text": f"and {message.more:,} more", "isSubtle": True, "wrap": True})
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": message.url}],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}],
    }


def plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _blocks(item: Item, *, linked: bool) -> list[dict[str, Any]]:
    title = f"[{plain(item.title)}]({item.url})" if linked else plain(item.title)
    colour = _COLOURS.get(Severity(item.severity), "default")
    return [
        {"type": "TextBlock", "text": title, "weight": "bolder", "color": colour, "wrap": True},
        {"type": "TextBlock", "text": plain(item.text), "isSubtle": True, "spacing": "none", "wrap": True},
    ]


def _send(url: str, body: str) -> Result:
    reply = post(url, body.encode(), {"content-type": "application/json"})
    if isinstance(reply, Result):
        return reply
    if 200 <= reply.status < 300:
        return reply.result(ok=True)
    if reply.status in {400, 404, 410}:
        return reply.result(ok=False, error=f"Teams answered {reply.status}: the workflow's address is not valid any more.", permanent=True)
    return reply.result(ok=False, error=f"Teams answered {reply.status}.")

"""Slack: cards by chat.postMessage with a bot's token, and answers to whoever pressed a button.

docs.slack.dev: text in `mrkdwn` has `&`, `<` and `>` written as entities; a button's value has at most 2,000 characters.
"""

import json
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from ordersops.notifications.channels import Call, Reply, Result, post
from ordersops.notifications.message import Item, Message
from ordersops.notifications.models import Severity

_MARKS = {Severity.HIGH: ":red_circle:", Severity.ANOMALOUS: ":large_orange_circle:", Severity.REST: ":white_circle:"}
# What Slack says of this message alone, and of our whole connection.
_OF_THE_MESSAGE = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "user_not_found",
        "user_disabled",
        "cannot_dm_bot",
        "msg_too_long",
        "invalid_blocks",
    }
)
_OF_THE_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope", "no_permission"}
)
JSON = {"content-type": "application/json; charset=utf-8"}


def call(*, target: str, message: Message) -> Call:
    said = {
        "channel": target,
        **card(message),
        "unfurl_links": False,
        "metadata": {"event_type": "ordersops", "event_payload": {"id": message.id}},
    }
    return partial(_post_message, json.dumps(said, ensure_ascii=False))


def answer(*, url: str, content: dict[str, Any]) -> Call:
    """To the address that came with a pressed button; it is good for half an hour."""
    return partial(_answer, url, json.dumps(content, ensure_ascii=False))


def card(message: Message) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    if len(message.items) > 1:
        blocks.append({"type": "header", "text": {"type": "plain_text", "text": message.subject[:150]}})
    for item in message.items:
        blocks.append(_section(f"{_MARKS[Severity(item.severity)]} *<{item.url}|{escaped(item.title)}>*\n{escaped(item.text)}"))
    if message.more:
        blocks.append(_section(f"and {message.more:,} more"))
    if len(message.items) == 1 and (buttons := _buttons(message.items[0])):
        blocks.append({"type": "actions", "block_id": "case", "elements": buttons})
    return {"text": escaped(message.subject), "blocks": blocks}


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def settled(text: str) -> dict[str, Any]:
    """What takes the place of a card once its question is answered."""
    return {"replace_original": True, "text": escaped(text), "blocks": [_section(escaped(text))]}


def whispered(text: str, url: str = "", words: str = "") -> dict[str, Any]:
    """Seen by the one who pressed the button alone; the card stays."""
    said = escaped(text) + (f" <{url}|{escaped(words)}>" if url else "")
    return {"response_type": "ephemeral", "replace_original": False, "text": said}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}


def _buttons(item: Item) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if item.approve:
        words, value = item.approve
        sure = {
            "title": {"type": "plain_text", "text": "Approve the advice?"},
            "text": {"type": "plain_text", "text": f"{words}, as recommended. It is recorded in your name."[:300]},
            "confirm": {"type": "plain_text", "text": words[:30]},
            "deny": {"type": "plain_text", "text": "Not now"},
        }
        label = {"type": "plain_text", "text": f"Approve: {words}"[:75]}
        found.append({"type": "button", "action_id": "approve", "style": "primary", "text": label, "value": value, "confirm": sure})
    if item.override_url:
        found.append(
            {"type": "button", "action_id": "override", "text": {"type": "plain_text", "text": "Override…"}, "url": item.override_url}
        )
    if found:
        found.append({"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Open the case"}, "url": item.url})
    return found


def _post_message(body: str) -> Result:
    url, token = f"{settings.SLACK['url']}/chat.postMessage", settings.SLACK["token"]
    reply = post(url, body.encode(), JSON, secrets={"Authorization": f"Bearer {token}"})
    if isinstance(reply, Result):
        return reply
    if reply.status == 429:
        return reply.result(ok=False, error="Slack asks us to slow down.")
    if reply.status != 200:
        return reply.result(ok=False, error=f"Slack answered {reply.status}.")
    return _read(reply)


def _read(reply: Reply) -> Result:
    """Slack says 200 to everything; whether it was done stands inside."""
    try:
        said = json.loads(reply.text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return reply.result(ok=False, error="Slack's answer cannot be read.")
    if said.get("ok") is True:
        return reply.result(ok=True)
    code = str(said.get("error", "no reason"))[:60]
    alert = f"Slack does not take our token: {code}." if code in _OF_THE_TOKEN else ""
    return reply.result(ok=False, error=f"Slack refused it: {code}.", permanent=code in _OF_THE_MESSAGE, alert=alert)


def _answer(url: str, body: str) -> Result:
    reply = post(url, body.encode(), JSON)
    if isinstance(reply, Result):
        return reply
    ok = 200 <= reply.status < 300
    return reply.result(ok=ok, error="" if ok else f"Slack answered {reply.status}.", permanent=400 <= reply.status < 500)


def is_answer_address(url: str) -> bool:
    """Whether an address for answers is Slack's own: it comes with a signed request, and still leads nowhere else."""
    host, ours = urlsplit(url).hostname or "", urlsplit(settings.SLACK["url"]).hostname
    return host == "hooks.slack.com" or (host == ours and ours != "slack.com")

"""Which messages were sent by machines: never answered by one of ours, so that two of them do not write to each other for ever.

RFC 3834 (Auto-Submitted), RFC 2369 and 2919 (lists), and what mail programs have sent for as long without a standard.
"""

import re
from collections.abc import Mapping

_PRESENT = ("list-id", "list-unsubscribe", "list-post", "x-autoreply", "x-autorespond", "x-auto-response-suppress", "feedback-id", "x-loop")
_VALUES = {
    "auto-submitted": re.compile(r"^\s*(?!no\b)\S", re.IGNORECASE),
    "precedence": re.compile(r"bulk|list|junk|auto_reply", re.IGNORECASE),
    "x-failed-recipients": re.compile(r"\S"),
    "content-type": re.compile(r"multipart/report", re.IGNORECASE),
    "return-path": re.compile(r"^\s*<\s*>\s*$"),
}
_SENDERS = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?(?:[+-].*)?|notifications?)@", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|abwesenheits\w*|automatische antwort|undeliver\w*"
    r"|delivery status notification|mail delivery)\b",
    re.IGNORECASE,
)


def by_machine(headers: Mapping[str, str], *, sender: str = "", subject: str = "") -> bool:
    """Headers by name in lower case."""
    if any(headers.get(name, "").strip() for name in _PRESENT):
        return True
    if any(name in headers and pattern.search(headers[name]) for name, pattern in _VALUES.items()):
        return True
    return bool(_SENDERS.match(sender.strip()) or _SUBJECTS.match(subject))


def proved_sender(headers: Mapping[str, str]) -> bool:
    """Whether the receiving mail server has proved that the sender's domain sent it (RFC 8601: dmarc=pass)."""
    said = headers.get("authentication-results", "")
    return bool(re.search(r"(?:^|[;\s])dmarc\s*=\s*pass\b", said, re.IGNORECASE)) and not re.search(
        r"dmarc\s*=\s*fail", said, re.IGNORECASE
    )


_QUOTE_BEGINS = re.compile(
    r"^(?:>|-{2,}\s?(?:original message|ursprüngliche nachricht)|_{10,}|(?:On|Am) .{6,120}(?:wrote|schrieb)(?: .{0,80})?:\s*$|-- $)",
    re.IGNORECASE | re.MULTILINE,
)


def fresh(body: str) -> str:
    """What was newly written: without what is quoted below it, and without a signature. All of it where nothing else is left."""
    found = _QUOTE_BEGINS.search(body)
    if found is None:
        return body
    return body[: found.start()] if body[: found.start()].strip() else body

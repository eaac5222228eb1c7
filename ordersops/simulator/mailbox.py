"""The mailboxes of all customers: a mail server on loopback that takes everything and sends nothing on.

What the product writes to customers leaves it through Django's mail backend, as it does elsewhere, and ends here. So no invented
address of the demonstration is ever written to in earnest.
"""

from __future__ import annotations

import email.policy
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parseaddr

from .generic import when

LARGEST, LONGEST_LINE, MOST_TO = 1_000_000, 1_000, 20
PATIENCE = 30.0


@dataclass(frozen=True)
class Letter:
    """One mail as its receiver sees it."""

    at: str
    to: str
    sender: str
    subject: str
    text: str
    message_id: str


class Mailboxes(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a sender without sign-in needs (RFC 5321 4.5.1)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, take: Callable[[Letter], None]) -> None:
        super().__init__((host, port), _Dialog)
        self.take = take
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="mailboxes", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Dialog(socketserver.StreamRequestHandler):
    server: Mailboxes
    timeout = PATIENCE

    def handle(self) -> None:
        try:
            self._talk()
        except (OSError, UnicodeError):
            return  # the sender went away

    def _talk(self) -> None:
        self._say("220 mailboxes of the simulated store")
        receivers: list[str] = []
        while line := self._line():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._say("250 mailboxes")
                case "MAIL" | "RSET":
                    receivers = []
                    self._say("250 as you say")
                case "RCPT" if len(receivers) < MOST_TO:
                    receivers.append(parseaddr(rest.partition(":")[2].strip())[1])
                    self._say("250 lives here")
                case "DATA" if receivers:
                    self._say("354 go on")
                    self._say("250 in the mailbox" if self._take(receivers) else "552 too large")
                    receivers = []
                case "NOOP":
                    self._say("250 yes")
                case "QUIT":
                    self._say("221 goodbye")
                    return
                case _:
                    self._say("503 not now")

    def _take(self, receivers: list[str]) -> bool:
        """Read a mail to its dot, and put it into each mailbox. False if it is too large; it is read to its end all the same."""
        lines, size = [], 0
        while (line := self.rfile.readline(LARGEST)) not in (b".\r\n", b".\n", b""):
            size += len(line)
            if size <= LARGEST:
                lines.append(line[1:] if line.startswith(b".") else line)
        if size > LARGEST:
            return False
        mail = message_from_bytes(b"".join(lines), policy=email.policy.default)
        body = mail.get_body(preferencelist=("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
        sender, subject, name = (str(mail[header] or "") for header in ("from", "subject", "message-id"))
        for receiver in receivers:
            self.server.take(Letter(when(datetime.now(UTC)), receiver, sender, subject, text.strip(), name))
        return True

    def _line(self) -> str:
        return self.rfile.readline(LONGEST_LINE).decode("utf-8", "replace").strip()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

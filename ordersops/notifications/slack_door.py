"""Where Slack tells us of pressed buttons: `POST /slack/interactions`.

Signed over the raw bytes with a time (docs.slack.dev, “Verifying requests from Slack”): `v0=` HMAC-SHA256 of
`v0:<timestamp>:<body>`. A request older than five minutes is refused, and so is one that was taken before.
"""

import hashlib
import hmac
import json
import logging
import time
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ordersops.notifications.actions import slack
from ordersops.notifications.models import SlackRequest

log = logging.getLogger(__name__)
WINDOW = 300  # seconds
MOST_BYTES = 100_000


@csrf_exempt
@login_not_required
@require_POST
def interactions(request: HttpRequest) -> HttpResponse:
    """200 taken, 401 signature or time, 409 taken before, 400 unreadable, 503 Slack is not connected here."""
    secret = settings.SLACK["signing_secret"]
    if not secret:
        return _refuse(503, "Slack is not connected here.")
    body = request.body
    if len(body) > MOST_BYTES:
        return _refuse(413, "The request is too large.")
    timestamp, given = request.headers.get("X-Slack-Request-Timestamp", ""), request.headers.get("X-Slack-Signature", "")
    if not is_genuine(secret=secret, timestamp=timestamp, given=given, body=body, now=time.time()):
        return _refuse(401, "The signature does not fit, or the request is too old.")
    _, new = SlackRequest.objects.get_or_create(signature=given)
    if not new:
        return _refuse(409, "This request was taken before.")
    try:
        (text,) = parse_qs(body.decode(), strict_parsing=True)["payload"]
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError):
        return _refuse(400, "The request cannot be read.")
    if not isinstance(payload, dict):
        return _refuse(400, "The request cannot be read.")
    slack.press(payload=payload)
    return HttpResponse()


def is_genuine(*, secret: str, timestamp: str, given: str, body: bytes, now: float) -> bool:
    """Whether Slack signed these bytes within the last five minutes."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12) or abs(now - int(timestamp)) > WINDOW:
        return False
    made = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={made}".encode(), given.encode())


def _refuse(status: int, why: str) -> HttpResponse:
    return JsonResponse({"error": why}, status=status)

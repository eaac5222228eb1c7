"""Files in requests of machines: one travels as base64 in JSON, so that there is one form of request."""

import base64
import binascii
from typing import Any

from django.conf import settings

from ordersops.api.view import Resource
from ordersops.errors import Invalid


class TakesFile(Resource):
    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """A body may be as large as a file is in base64; read once it is known who asks, and that they may ask again."""
        super().initial(request, *args, **kwargs)
        sent = request._request
        length = sent.META.get("CONTENT_LENGTH", "")
        if sent.method == "POST" and length.isdigit() and int(length) <= settings.ATTACHMENT_BYTES * 4 // 3 + 65_536:
            sent._body = sent.read()


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("The content is no base64.") from None

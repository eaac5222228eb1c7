"""The yardstick: the least that a Django view can do with a webhook and still keep it.

Checks the HMAC over the raw body, parses it, inserts one row. Served by the product's own command line with the same pool.
"""

import base64
import hmac
import json
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ordersops import database

TABLE = (
    "CREATE TABLE IF NOT EXISTS bare_delivery (id text PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)"
)
SECRET = os.environ.get("BARE_SECRET", "").encode()
PATH = "/bare"


def receive(request: HttpRequest) -> HttpResponse:
    """200 once the row is committed, 401 when the signature does not fit."""
    body = request.body
    made = base64.b64encode(hmac.digest(SECRET, body, "sha256"))
    if not hmac.compare_digest(made, request.headers["X-Shopify-Hmac-SHA256"].encode()):
        return HttpResponse(status=401)
    payload = json.loads(body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_delivery (id, body) VALUES (%s, %s::jsonb) ON CONFLICT DO NOTHING", [str(payload["id"]), body.decode()]
        )
    return HttpResponse(status=200)


urlpatterns = [path(PATH.removeprefix("/"), receive)]

if "BARE_DATABASE_URL" in os.environ:
    size = int(os.environ["ORDERSOPS_DB_POOL"])
    settings.configure(
        SECRET_KEY="a yardstick signs nothing with it",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        DATABASES={
            "default": {
                **database.parse(os.environ["BARE_DATABASE_URL"]),
                "OPTIONS": {"pool": {"min_size": 1, "max_size": size, "timeout": 10}},
                "CONN_MAX_AGE": 0,
                "DISABLE_SERVER_SIDE_CURSORS": True,
            }
        },
        USE_TZ=True,
    )
    application = get_wsgi_application()

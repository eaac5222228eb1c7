"""The desk served out of the test itself: rows that the test makes are on the page at once, and nothing else runs.

For what the pages are and how they behave under somebody's hands. What the whole product does, with its workers and stores, is shown on `product`.
"""

import contextlib
from collections.abc import Iterator
from threading import Condition, Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import Browser

from ordersops.accounts.models import User
from tests.journeys.conftest import Desk

PASSWORD = "correct horse battery staple"


class Silent(WSGIRequestHandler):
    """Neither a line for each request, nor one for each browser that went away."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()


class Server(ThreadedWSGIServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        pass


class Doorkeeper:
    """The application, until it closes: then it waits for the requests under way, so that none of them outlives its database."""

    def __init__(self) -> None:
        self.application, self.free, self.busy, self.is_closed = get_wsgi_application(), Condition(), 0, False

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self.free:
            if self.is_closed:
                start_response("503 Service Unavailable", [])
                return []
            self.busy += 1
        try:
            return self.application(environ, start_response)
        finally:
            with self.free:
                self.busy -= 1
                self.free.notify_all()

    def close(self) -> None:
        with self.free:
            self.is_closed = True
            self.free.wait_for(lambda: self.busy == 0, timeout=300)


class Served:
    """Where the desk is, and how somebody comes in."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.desks = browser, list[Desk]()
        self.server = Server(("127.0.0.1", 0), Silent, allow_reuse_address=False)
        self.door = Doorkeeper()
        self.server.set_app(self.door)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def sit_down(self, person: User | None, *, proved: bool = False, **options: Any) -> Desk:
        """Somebody at a desk, signed in; `proved` by their password a moment ago, as dear acts ask for it."""
        desk = Desk(self.browser, self, "", **options)  # type: ignore[arg-type]
        self.desks.append(desk)
        if person is not None:
            client = Client()
            if proved:
                person.set_password(PASSWORD)
                person.save()
                assert client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}).status_code == 302
            else:
                client.force_login(person)
            name = settings.SESSION_COOKIE_NAME
            desk.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.base_url}])
        return desk

    def stop(self) -> None:
        for desk in self.desks:
            desk.context.close()
        self.door.close()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def db(fresh_database: str) -> None:
    """Here every row is committed, in a copy of the database of the test's own: the server reads it by its own connections."""


@pytest.fixture
def served(browser: Browser, db: None) -> Iterator[Served]:
    serving = Served(browser)
    yield serving
    serving.stop()

"""A security key in a real browser: added, asked for when signing in, used alone as a passkey, removed."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.process]


def test_a_security_key(sit_down: Any) -> None:
    desk = sit_down("returns_reviewer", host="localhost")  # a key is bound to a name; a number has none
    page = desk.page
    keys = desk.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto("/account/")
    page.get_by_role("link", name="Add").click()
    page.get_by_label("Password").fill(desk.product.password)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name", exact=True).fill("My laptop")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add the key").click()
    page.get_by_text("Keep these now").wait_for()
    desk.is_clean()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_text("My laptop").wait_for()

    _sign_out(page)
    page.get_by_label("E-mail").fill(desk.product.logins["returns_reviewer"])
    page.locator("input[type=password]").fill(desk.product.password)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(desk.base_url + "/")
    desk.is_clean()

    _sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(desk.base_url + "/")
    desk.is_clean()

    page.goto("/account/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Use a security key").or_(page.get_by_label("Password")).first.wait_for()
    page.get_by_label("Password").fill(desk.product.password)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_role("link", name="Add").wait_for()
    assert "My laptop" not in page.content()
    desk.is_clean()


def _sign_out(page: Any) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url("**/accounts/login/*")

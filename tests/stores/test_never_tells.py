"""What a platform tells nobody is said where a person would look for it."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.stores.models import Store
from ordersops.stores.platforms import Silent, platforms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("platform", "says"), [("woocommerce", True), ("shopify", False), ("generic", False)])
def test_the_stores_page_says_that_no_dispute_will_come(platform: str, says: bool, store: Store, auditor: User, client: Client) -> None:
    Store.objects.filter(pk=store.pk).update(platform=platform)
    client.force_login(auditor)
    page = client.get(reverse("store", args=[store.pk])).content.decode()
    assert ("no interface for disputes" in page) is says


def test_it_is_in_the_docs() -> None:
    woocommerce = platforms()["woocommerce"]
    assert isinstance(woocommerce, Silent)
    assert "There is no interface for disputes" in (settings.BASE_DIR / "docs" / "adding-a-store.md").read_text()

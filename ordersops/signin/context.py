"""What the page of signing in knows: whether the company's own account leads in."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def company(request: HttpRequest) -> dict[str, object]:
    """The one way in besides e-mail, where it is set up."""
    if not settings.OIDC["client_id"] or request.user.is_authenticated:
        return {}
    return {"company": {"name": settings.OIDC["name"], "url": reverse("openid_connect_login", args=[settings.OIDC["provider_id"]])}}

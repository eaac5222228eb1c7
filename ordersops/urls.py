"""All addresses of the desk. Webhooks come in by `intake.door.Door`, before any of this."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from ordersops.health import healthz, readyz
from ordersops.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("ordersops.signin.urls")),
    path("", include("ordersops.accounts.urls")),
    path("", include("ordersops.api.urls")),
    path("", include("ordersops.cases.urls")),
    path("", include("ordersops.review.urls")),
    path("", include("ordersops.orders.urls")),
    path("", include("ordersops.search.urls")),
    path("effects/", include("ordersops.effects.urls")),
    path("privacy/", include("ordersops.privacy.urls")),
    path("lists/", include("fraud.urls")),
    path("", include("returns.urls")),
    path("", include("inquiries.urls")),
    path("", include("ordersops.insights.urls")),
    path("stock/", include("ordersops.stock.urls")),
    path("exceptions/", include("triage.urls")),
    path("reasons/", include("ordersops.review.reason_urls")),
    path("playbooks/", include("ordersops.review.playbook_urls")),
    path("rollout/", include("ordersops.rollout.urls")),
    path("advisors/", include("ordersops.advice.urls")),
    path("intake/", include("ordersops.intake.urls")),
    path("", include("ordersops.notifications.urls")),
    path("stores/", include("ordersops.stores.urls")),
    path("audit/", include("ordersops.audit.urls")),
    path("healthz", login_not_required(healthz), name="healthz"),
    path("readyz", login_not_required(readyz), name="readyz"),
]

handler400 = "ordersops.middleware.bad_request"
handler403 = "ordersops.middleware.forbidden"
handler404 = "ordersops.middleware.not_found"
handler500 = "ordersops.middleware.failed"

from django.urls import path

from ordersops.review.views import reasons

urlpatterns = [
    path("", reasons.reasons, name="reasons"),
    path("<slug:lane>/add", reasons.add, name="reason_add"),
    path("<slug:lane>/<slug:code>/", reasons.reason, name="reason"),
    path("<slug:lane>/<slug:code>/change", reasons.change, name="reason_change"),
    path("<slug:lane>/<slug:code>/retire", reasons.retire, name="reason_retire"),
    path("<slug:lane>/<slug:code>/restore", reasons.restore, name="reason_restore"),
    path("<slug:lane>/<slug:code>/move", reasons.move, name="reason_move"),
]

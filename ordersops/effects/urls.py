from django.urls import path

from ordersops.effects import views

urlpatterns = [
    path("", views.effects, name="effects"),
    path("<uuid:pk>/", views.effect, name="effect"),
    path("<uuid:pk>/take-back", views.take_back, name="effect_take_back"),
    path("<uuid:pk>/approve", views.approve, name="effect_approve"),
    path("<uuid:pk>/send-back", views.send_back, name="effect_send_back"),
    path("<uuid:pk>/give-up", views.give_up, name="effect_give_up"),
    path("<uuid:pk>/edit", views.edit, name="effect_edit"),
    path("ask/<uuid:pk>/<str:kind>/", views.ask, name="effect_ask"),
    path("ask/<uuid:pk>/<str:kind>/preview", views.ask_preview, name="effect_ask_preview"),
    path("ask/<uuid:pk>/<str:kind>/confirm", views.ask_confirm, name="effect_ask_confirm"),
    path("<uuid:pk>/retry", views.retry, name="effect_retry"),
    path("<uuid:pk>/done", views.mark_done, name="effect_done"),
]

from django.urls import path

from ordersops.effects import views

urlpatterns = [
    path("", views.effects, name="effects"),
    path("<uuid:pk>/retry", views.retry, name="effect_retry"),
    path("<uuid:pk>/done", views.mark_done, name="effect_done"),
]

from django.urls import path

from ordersops.advice import views

urlpatterns = [
    path("", views.advisors, name="advisors"),
    path("export", views.export, name="advice_export"),
    path("replays/", views.replays, name="advice_replays"),
    path("replays/<uuid:pk>/", views.replay, name="advice_replay"),
    path("calls/<uuid:pk>/", views.call, name="advice_call"),
]

from django.urls import path

from returns import doors, views

urlpatterns = [
    path("orders/<uuid:pk>/return", views.new, name="return_new"),
    path("returns/<uuid:pk>/", views.one, name="return"),
    path("returns/<uuid:pk>/<slug:verb>", views.act, name="return_act"),
    path("returns/photos/<uuid:pk>", views.photo, name="return_photo"),
    path("send-back/<uuid:endpoint>", doors.ask, name="return_ask"),
    path("send-back/<uuid:endpoint>/order", doors.visit, name="return_visit"),
    path("send-back/<uuid:endpoint>/order/<uuid:pk>", doors.status, name="return_status"),
    path("send-back/<uuid:endpoint>/<str:token>", doors.link, name="return_link"),
]

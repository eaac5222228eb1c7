from django.urls import path

from returns import views

urlpatterns = [
    path("orders/<uuid:pk>/return", views.new, name="return_new"),
    path("returns/<uuid:pk>/", views.one, name="return"),
    path("returns/<uuid:pk>/<slug:verb>", views.act, name="return_act"),
    path("returns/photos/<uuid:pk>", views.photo, name="return_photo"),
]

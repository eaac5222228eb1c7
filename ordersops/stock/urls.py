from django.urls import path

from ordersops.stock import views

urlpatterns = [
    path("", views.stock, name="stock"),
    path("locations/<uuid:pk>/", views.location, name="stock_location"),
    path("locations/<uuid:pk>/node", views.node, name="stock_location_node"),
    path("locations/<uuid:pk>/pause", views.pause, name="stock_location_pause"),
    path("locations/<uuid:pk>/resume", views.resume, name="stock_location_resume"),
    path("levels/<uuid:pk>/keep-back", views.keep_back, name="stock_keep_back"),
    path("reservations/<uuid:pk>/release", views.release, name="stock_release"),
]

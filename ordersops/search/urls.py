from django.urls import path

from ordersops.search import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/palette", views.palette, name="_palette"),
    path("views/save", views.save_view, name="view_save"),
    path("views/<uuid:pk>/delete", views.delete_view, name="view_delete"),
]

from django.urls import path

from ordersops.cases import views

urlpatterns = [
    path("<slug:lane>/", views.queue, name="queue"),
    path("<slug:lane>/rows", views.rows, name="_queue_rows"),
    path("<slug:lane>/next", views.take_next, name="queue_next"),
]

from django.urls import path

from ordersops.privacy import views

urlpatterns = [path("<uuid:pk>/settle", views.settle, name="privacy_settle")]

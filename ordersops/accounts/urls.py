from django.urls import path

from ordersops.accounts import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/invite", views.invite, name="person_invite"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("people/<uuid:pk>/roles/give", views.give_role, name="person_role_give"),
    path("people/<uuid:pk>/roles/take", views.take_role, name="person_role_take"),
    path("people/<uuid:pk>/deactivate", views.deactivate, name="person_deactivate"),
]

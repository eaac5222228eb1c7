from django.urls import path

from inquiries import doors, views

urlpatterns = [
    path("inquiries/", views.unlinked, name="inquiries"),
    path("inquiries/<uuid:pk>/link", views.link, name="inquiry_link"),
    path("inquiries/<uuid:pk>/close", views.close, name="inquiry_close"),
    path("inquiries/<uuid:pk>/know", views.know, name="inquiry_know"),
    path("contact/<uuid:endpoint>", doors.contact, name="contact"),
    path("mail/<uuid:endpoint>", doors.mail, name="mail"),
]

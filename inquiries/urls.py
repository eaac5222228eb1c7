from django.urls import path

from inquiries import doors, views

urlpatterns = [
    path("inquiries/", views.conversations, name="inquiries"),
    path("inquiries/<uuid:pk>/", views.conversation, name="inquiry"),
    path("inquiries/<uuid:pk>/reply", views.reply, name="inquiry_reply"),
    path("inquiries/replies/<uuid:pk>/take-back", views.take_back, name="inquiry_take_back"),
    path("inquiries/replies/<uuid:pk>/again", views.send_again, name="inquiry_again"),
    path("inquiries/<uuid:pk>/link", views.link, name="inquiry_link"),
    path("inquiries/<uuid:pk>/close", views.close, name="inquiry_close"),
    path("inquiries/<uuid:pk>/know", views.know, name="inquiry_know"),
    path("contact/<uuid:endpoint>", doors.contact, name="contact"),
    path("mail/<uuid:endpoint>", doors.mail, name="mail"),
]

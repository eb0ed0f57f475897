"""The addresses of the account pages that allauth does not have."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("goodbye/", views.goodbye, name="goodbye"),
    path("set-up/", views.set_up, name="set_up"),
    path("reauthenticate/again/", views.reauthenticate, name="reauthenticate"),
    path("devices/", views.device_list, name="device_list"),
]

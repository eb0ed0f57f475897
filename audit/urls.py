"""The addresses of the history pages."""

from django.urls import path

from audit import views

app_name = "audit"

urlpatterns = [
    path("sources/<uuid:public_id>/history/", views.source_history, name="source_history"),
    path("homes/<uuid:public_id>/history/", views.home_history, name="home_history"),
]

"""The addresses where homes and sources are made and changed; looking at them is readings' matter."""

from django.urls import path

from sources import views

app_name = "sources"

urlpatterns = [
    path("homes/new/", views.home_create, name="home_create"),
    path("homes/<uuid:public_id>/edit/", views.home_update, name="home_update"),
    path("sources/", views.source_list, name="source_list"),
    path("sources/new/", views.source_create, name="source_create"),
    path("sources/<uuid:public_id>/edit/", views.source_update, name="source_update"),
    path("sources/<uuid:public_id>/archive/", views.source_archive, name="source_archive"),
    path("sources/<uuid:public_id>/rules/", views.rule_list, name="rule_list"),
    path("sources/<uuid:public_id>/rules/<uuid:rule_id>/delete/", views.rule_delete, name="rule_delete"),
]

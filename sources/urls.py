"""The addresses where homes and sources are made and changed; looking at them is readings' matter."""

from django.urls import path

from sources.views import homes, rules, sources

app_name = "sources"

urlpatterns = [
    path("homes/new/", homes.home_create, name="home_create"),
    path("homes/<uuid:public_id>/edit/", homes.home_update, name="home_update"),
    path("sources/", sources.source_list, name="source_list"),
    path("sources/new/", sources.source_create, name="source_create"),
    path("sources/<uuid:public_id>/edit/", sources.source_update, name="source_update"),
    path("sources/<uuid:public_id>/archive/", sources.source_archive, name="source_archive"),
    path("sources/<uuid:public_id>/rules/", rules.rule_list, name="rule_list"),
    path("sources/<uuid:public_id>/rules/<uuid:rule_id>/delete/", rules.rule_delete, name="rule_delete"),
]

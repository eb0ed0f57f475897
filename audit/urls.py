"""The addresses of the history pages, and where a reading is put back."""

from django.urls import path

from audit import my_data_views, views

app_name = "audit"

urlpatterns = [
    path("account/data/", my_data_views.my_data, name="my_data"),
    path("account/data.zip", my_data_views.my_data_zip, name="my_data_zip"),
    path("sources/<uuid:public_id>/history/", views.source_history, name="source_history"),
    path("sources/<uuid:public_id>/history.csv", views.source_history_csv, name="source_history_csv"),
    path("sources/<uuid:source_id>/readings/<uuid:public_id>/put-back/", views.put_back, name="put_back"),
    path("homes/<uuid:public_id>/history/", views.home_history, name="home_history"),
    path("homes/<uuid:public_id>/history.csv", views.home_history_csv, name="home_history_csv"),
]

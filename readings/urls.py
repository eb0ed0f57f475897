"""The addresses of homes and readings."""

app_name = "readings"
urlpatterns: list[object] = []

"""The addresses of homes and sources."""

app_name = "sources"
urlpatterns: list[object] = []

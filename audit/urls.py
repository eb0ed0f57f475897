"""The addresses of homes and audit."""

app_name = "audit"
urlpatterns: list[object] = []

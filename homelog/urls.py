"""All addresses of the site; each app brings its own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from readings.views.overview import overview

urlpatterns = [
    path("", overview, name="home"),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("", include("sources.urls")),
    path("", include("readings.urls")),
    path("", include("audit.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]

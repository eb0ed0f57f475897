"""All addresses of the site; each app brings its own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from homelog import api
from readings.views.overview import overview

urlpatterns = [
    path("", overview, name="home"),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("", include("accounts.sign_in_urls")),
    path("", include("sources.urls")),
    path("", include("readings.urls")),
    path("", include("audit.urls")),
    path("api/v1/", api.urls),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler400 = "homelog.errors.bad_request"
handler403 = "homelog.errors.forbidden"
handler404 = "homelog.errors.not_found"
handler429 = "homelog.errors.too_many"
handler500 = "homelog.errors.server_error"

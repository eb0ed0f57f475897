"""Response headers that no library sets, and no-store, which keeps personal pages out of caches."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control

CAMERA_PAGES = {"readings:entry", "readings:kept_pages", "readings:reading_update", "sources:source_picture_update"}
"""Where a picture can be taken, and the camera is not denied."""

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class HeadersMiddleware:
    """Adds Permissions-Policy, Cross-Origin-Resource-Policy, X-Robots-Tag, and no-store on all but static files and
    answers that say themselves how they may be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and complete its headers."""
        response = self.get_response(request)
        takes_pictures = request.resolver_match is not None and request.resolver_match.view_name in CAMERA_PAGES
        policy = PERMISSIONS_POLICY.replace("camera=()", "camera=(self)") if takes_pictures else PERMISSIONS_POLICY
        response.headers.setdefault("Permissions-Policy", policy)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        says_itself = "Cache-Control" in response.headers
        if not says_itself and not request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages and files, but no pictures: they are compressed in themselves."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Complete the answer."""
        if response.get("Content-Type", "").startswith("image/jpeg"):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed

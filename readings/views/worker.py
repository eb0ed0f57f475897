"""What makes the site installable and useful without network: manifest, service worker, and the page without network.

All three are the same for everybody, so nobody need be signed in, and nothing personal stands in them.
"""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

SCRIPTS = Path(settings.BASE_DIR, "static", "worker")
PARTS = ("line", "store", "pages", "writing", "sending", "events")
HEADERS = (
    *("Cache-Control", "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"),
    *("Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options"),
)
"""What a kept page carries on, as it came with it."""
BARE = ("css/app.css", "icons/icon.svg")
"""What the page without network takes."""
PNG = {"type": "image/png"}


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put HomeLog among its programs, with the reading round as a shortcut."""
    icons = [
        {"src": static("icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("icons/icon-192.png"), "sizes": "192x192", **PNG},
        {"src": static("icons/icon-512.png"), "sizes": "512x512", **PNG},
        {"src": static("icons/icon-maskable-512.png"), "sizes": "512x512", "purpose": "maskable", **PNG},
    ]
    facts = {
        "id": "/",
        "name": "HomeLog",
        "short_name": "HomeLog",
        "description": _("What the meters of a household say, written down and understood."),
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf7f0",
        "theme_color": "#fbf7f0",
        "icons": icons,
        "shortcuts": [{"name": _("Read meters"), "url": reverse("readings:read"), "icons": icons[1:2]}],
    }
    headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Language, Cookie"}
    return JsonResponse(facts, content_type="application/manifest+json", headers=headers)


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without network where nothing is kept on the device."""
    return render(request, "readings/offline.html")


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it serves every page. It changes when anything does that it brings."""
    page, script = render_to_string("readings/offline.html"), _script()
    facts = {
        "offline": reverse("readings:offline"),
        "files": [settings.STATIC_URL + name for name in BARE],
        "static": settings.STATIC_URL,
        "account": reverse("accounts:profile"),
        "home": reverse("home"),
        "read": reverse("readings:read"),
        "today": reverse("readings:today"),
        "kept": reverse("readings:kept"),
        "token": reverse("readings:kept_token"),
        "pages": reverse("readings:kept_pages"),
        "headers": HEADERS,
        "version": hashlib.sha256("".join([script, page, *map(static, BARE)]).encode()).hexdigest()[:12],
    }
    text = f"const AT = {json.dumps(facts)};\n{script}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _script() -> str:
    return "\n".join((SCRIPTS / f"{part}.js").read_text() for part in PARTS)

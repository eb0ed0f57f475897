"""The API under /api/v1/: every app's operations in one document, with a page that tells of them."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.api import callers, problems, sign_ins
from accounts.api.framework import Api, ExactParser, Renderer, opened
from accounts.api.problems import CODES
from accounts.api.routes import router as accounts_router
from audit.api.routes import router as history_router
from readings.api import changes, files, ingest, readings, use
from sources.api.rights import router as sharing_router
from sources.api.rights import rules as rules_router
from sources.api.routes import router as sources_router

api = Api(
    title="HomeLog",
    version="1",
    description="Readings of a household's meters, for phones, gadgets and other programs. docs/api.md has examples.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="openapi.json",
    parser=ExactParser(),
    renderer=Renderer(),
)
ROUTERS = (
    *(accounts_router, sources_router, readings.router, ingest.router, use.router, changes.router, files.router),
    *(sharing_router, rules_router, history_router),
)
GROUPS = {
    "auth": _("Signing in"),
    "me": _("Who I am"),
    "homes and sources": _("Homes and sources"),
    "readings": _("Readings"),
    "gadgets": _("Gadgets"),
    "consumption": _("What was used"),
    "meter changes": _("Meter changes"),
    "export and import": _("Download and import"),
    "sharing": _("Sharing"),
    "validators": _("Rules"),
    "history": _("History"),
}
"""How the page calls each group of the document."""
for router in ROUTERS:
    api.add_router("", router)
callers.add_reader("", sign_ins.read)


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """All operations and all codes, as a page."""
    document = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            about = {**operation, "method": method.upper(), "address": address, "fields": _fields(operation, document)}
            groups.setdefault(operation["tags"][0], []).append(about)
    codes = [(code, status, title) for code, (status, title) in CODES.items()]
    named = [(GROUPS[name], operations) for name, operations in groups.items()]
    return render(request, "api.html", {"groups": named, "codes": codes, "section": "account"})


def _fields(operation: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    """What an operation takes, by name: of the address, of the query, of the body."""
    found = [
        {"name": each["name"], "place": each["in"], "needed": each.get("required"), "kind": _kind(each["schema"])}
        for each in operation.get("parameters", ())
    ]
    for body in operation.get("requestBody", {}).get("content", {}).values():
        schema = body["schema"]
        schema = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        needed = schema.get("required", ())
        for name, each in schema.get("properties", {}).items():
            found.append({"name": name, "place": "body", "needed": name in needed, "kind": _kind(each)})
    return found


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a few words."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    named = (
        schema.get("format") or schema.get("const") or schema.get("type") or schema.get("$ref", "").rpartition("/")[2]
    )
    return str(named)


@login_not_required
@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below: an error as all others are."""
    return problems.not_found().response()


urls = (
    [*opened([*api.urls[0]]), path("docs/", docs, name="docs"), path("<path:rest>", nothing, name="nothing")],
    "api",
    "api",
)

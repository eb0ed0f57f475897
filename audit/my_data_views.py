"""The page on which somebody takes along everything that is theirs, and the archive itself."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.current import actor
from accounts.deadline import takes_long
from accounts.models import User
from audit.log import write
from audit.my_data import archive, sources_of
from audit.watched import person as about
from readings.signals import readings_exported

HEADERS = {
    "Content-Disposition": 'attachment; filename="homelog-my-data.zip"',
    # It is compressed already: the middleware that compresses pages leaves an encoding alone that is named.
    "Content-Encoding": "identity",
}


@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def my_data(request: HttpRequest) -> HttpResponse:
    """What the archive holds, and the way to it."""
    person = cast(User, request.user)
    sources = sources_of(person)
    own = [source for source in sources if source.owner_id == person.pk]
    context = {"own": own, "shared": sources[len(own) :], "section": "account"}
    return render(request, "audit/my_data.html", context)


@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
@takes_long
def my_data_zip(request: HttpRequest) -> HttpResponseBase:
    """Everything that is the person's, as a ZIP archive that is written while it is sent."""
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip", headers=HEADERS)
    person = User.objects.get(username=request.user.get_username())
    for source in sources_of(person):
        if source.owner_id != person.pk:
            readings_exported.send(sender=None, source=source, format="zip")
    write("export_person", about(person))
    parts = archive(person, actor(), get_language() or "")
    return StreamingHttpResponse(parts, content_type="application/zip", headers=HEADERS)

"""Answers that are a picture. Whoever calls has fetched what it belongs to through an access function."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from sources import picture_files
from sources.cells import file_name


def picture(request: HttpRequest, name: str, title: str, *, small: bool = False) -> HttpResponseBase:
    """The picture called `name`, shown in place under `title`; 304 where the browser has it.

    The browser may keep it, but has to ask each time: who lost the right to see it gets no answer. A name stands for
    one content for ever, so it is the ETag. Raises Http404 where there is no picture.
    """
    wanted = picture_files.small(name) if small and name else name
    file = picture_files.opened(wanted) if wanted else None
    if file is None:
        raise Http404(_("There is no picture here any more."))
    etag = f'"{wanted.rpartition("/")[2].removesuffix(".jpg")}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = FileResponse(file, content_type="image/jpeg")
        response.headers["Content-Disposition"] = str(content_disposition_header(False, file_name(title, "jpg")))
    else:
        file.close()
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response

"""Every error of the API as problem details (RFC 9457): a status, a stable code, a sentence that says what to do."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PREFIX = "/api/v1/"
DOCS = f"{PREFIX}docs/"
KIND = "application/problem+json"

CODES: dict[str, tuple[int, Any]] = {
    "malformed": (400, gettext_lazy("The request cannot be read.")),
    "not_signed_in": (401, gettext_lazy("A token or key is needed.")),
    "token_invalid": (401, gettext_lazy("The token or key is not right.")),
    "token_expired": (401, gettext_lazy("The token is over.")),
    "token_ended": (401, gettext_lazy("The sign-in was ended.")),
    "token_reused": (401, gettext_lazy("The refresh token was used before.")),
    "not_right": (401, gettext_lazy("Name and password, or what stands for them, do not belong together.")),
    "second_factor_needed": (401, gettext_lazy("A code of the second factor is needed.")),
    "forbidden": (403, gettext_lazy("That is not allowed.")),
    "scope": (403, gettext_lazy("The token or key was not made for that.")),
    "needs_https": (403, gettext_lazy("What is sent by http can be read by others.")),
    "needs_sign_in": (403, gettext_lazy("A key is not enough for that.")),
    "not_found": (404, gettext_lazy("There is no such thing.")),
    "method": (405, gettext_lazy("This address does not know this method.")),
    "id_taken": (409, gettext_lazy("Something else is stored under this id.")),
    "time_taken": (409, gettext_lazy("There is another reading at this time.")),
    "outdated": (409, gettext_lazy("It was changed meanwhile.")),
    "unit_change": (409, gettext_lazy("It must be said what becomes of the numbers.")),
    "full": (409, gettext_lazy("There is no room for more.")),
    "gone": (409, gettext_lazy("It was deleted meanwhile.")),
    "too_large": (413, gettext_lazy("The request is too large.")),
    "invalid": (422, gettext_lazy("What was sent cannot be understood.")),
    "rule": (422, gettext_lazy("A rule of the source refuses the value.")),
    "doubtful": (422, gettext_lazy("The value is doubtful.")),
    "refused": (422, gettext_lazy("It cannot be done as things are.")),
    "too_many": (429, gettext_lazy("Too many requests.")),
    "broken": (500, gettext_lazy("Something broke on our side.")),
    "unreachable": (503, gettext_lazy("The database cannot be reached.")),
}
"""Every code with its status and its title; docs/api.md and the docs page list them."""


class Problem(Exception):
    """An error that is answered as it says. `more` is added to it, such as errors by field, or what is stored."""

    def __init__(self, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.headers, self.more = code, detail, dict(headers or {}), more
        self.status, self.title = CODES[code]

    @property
    def body(self) -> dict[str, Any]:
        """The answer as plain data."""
        told = {"type": f"{DOCS}#{self.code}", "title": str(self.title), "status": self.status}
        return {**told, "detail": self.detail, "code": self.code, **self.more}

    def untold(self) -> "Problem":
        """The same for somebody who may add but not read: without what is there, in data or in a sentence."""
        about_what_is_there = self.code in {"id_taken", "time_taken", "rule", "doubtful"}
        return Problem(self.code, str(self.title), self.headers) if about_what_is_there else self

    def response(self) -> HttpResponse:
        """The answer."""
        text = json.dumps(self.body, ensure_ascii=False)
        headers = {"WWW-Authenticate": 'Bearer realm="HomeLog"'} if self.status == 401 else {}
        return HttpResponse(text, content_type=KIND, status=self.status, headers={**headers, **self.headers})


def is_api(request: HttpRequest) -> bool:
    """Whether the request is for the API, whose errors are no pages; its docs page is one."""
    return request.path.startswith(PREFIX) and request.path != DOCS


def not_found(sentence: str = "") -> Problem:
    """404 with the sentence that the refusal carries."""
    return Problem("not_found", sentence or _("There is nothing at this address. The docs list all that there are."))


def forbidden(sentence: str = "") -> Problem:
    """403 with the sentence that the refusal carries."""
    return Problem("forbidden", sentence or _("You may not do that."))


def invalid(error: ValidationError, code: str = "invalid", **more: Any) -> Problem:
    """What a form or a model refused, sentence by sentence, each with the field that it is about ("" for all)."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    errors = [
        {"field": "" if field == "__all__" else field, "code": each.code or "invalid", "detail": plain(sentence)}
        for field, found in by_field.items()
        for each in found
        for sentence in each.messages
    ]
    return Problem(code, " ".join(each["detail"] for each in errors), errors=errors, **more)


def plain(text: str) -> str:
    """A sentence of a page without its links."""
    return strip_tags(str(text)).strip()

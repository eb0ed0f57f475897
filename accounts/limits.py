"""What is said to who tries too often; how often that is stands in settings.ACCOUNT_RATE_LIMITS.

allauth keeps the counts in the cache, which is a table of the database: they hold for all processes of the site, and of
two attempts at once the second waits until the first is counted.
"""

import functools
import math
import time
from typing import Any

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

MARK = "_homelog_wait"

SENTENCE = _("There were too many attempts in a short time. Wait a few minutes, then try again.")
CODES = {"too_many_login_attempts", "rate_limited"}
"""The errors by which a form of allauth says so."""


_count = ratelimit._consume_single_rate


def listen() -> None:
    """From now on a request that allauth refuses remembers how long the refusal lasts. Once, when the site starts."""
    ratelimit._consume_single_rate = _counted


def retry_after(request: HttpRequest) -> str:
    """The seconds until the attempt that was refused in this request would be counted anew."""
    return str(getattr(request, MARK, 1))


@functools.wraps(_count)
def _counted(request: HttpRequest, *, app: str, action: str, rate: Any, **more: Any) -> Any:
    """What allauth does, and a note of the wait where it refuses."""
    usage = None
    try:
        usage = _count(request, app=app, action=action, rate=rate, **more)
    finally:
        if usage is None:
            of = {name: more.get(name) for name in ("key", "user")}
            times = cache.get(ratelimit.get_cache_key(request, app=app, action=action, rate=rate, **of), [])
            setattr(request, MARK, _wait(times, rate.duration) if len(times) >= rate.amount else 1)
    return usage


def _wait(times: list[float], duration: float) -> int:
    """Seconds until the oldest of these attempts (newest first) counts no more; at least one."""
    return max(1, math.ceil(times[-1] + duration - time.time()))


def is_limited(form: BaseForm) -> bool:
    """Whether it was refused because of the attempts before."""
    return bool(CODES & {error.code for errors in form.errors.as_data().values() for error in errors})

"""The settings of the site as they are, with the reference's addresses beside the site's own."""

from homelog.settings import *  # noqa: F403
from homelog.settings import INSTALLED_APPS as _INSTALLED_APPS
from homelog.settings import MIDDLEWARE as _MIDDLEWARE

INSTALLED_APPS = [*_INSTALLED_APPS, "benchmarks.speed"]
ROOT_URLCONF = "benchmarks.speed.reference"
MIDDLEWARE = ["benchmarks.speed.reference.CountingMiddleware", *_MIDDLEWARE]

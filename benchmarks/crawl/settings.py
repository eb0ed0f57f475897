"""The settings of the site as they are, but for the limits of tries: with those, tools would mostly meet 429."""

from homelog.settings import *  # noqa: F403

ACCOUNT_RATE_LIMITS: bool = False  # type: ignore[no-redef]
ROOT_URLCONF = "benchmarks.crawl.planted"

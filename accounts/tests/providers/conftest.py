"""A real server on the loopback plays LINE and Google."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from homelog.idp.server import DemoIdp
from homelog.idp.testing import played_by


@pytest.fixture(scope="session")
def server() -> Iterator[DemoIdp]:
    """It runs for all tests: keys take a while to make."""
    idp = DemoIdp()
    idp.start()
    yield idp
    idp.stop()


@pytest.fixture
def idp(server: DemoIdp, db: None) -> Iterator[DemoIdp]:
    """Honest at first, and nothing was asked yet."""
    server.reset()
    cache.clear()
    with played_by(server):
        yield server

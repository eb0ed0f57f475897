"""The zone of a home changes while a file makes new meters there."""

import threading
from typing import Any

import pytest
from django.db import connection

from accounts.current import acting_as
from homelog.testing import make_home, make_user
from readings.models import Reading
from readings.signals import readings_imported
from readings.tests.importing import browser, text
from readings.tests.test_falls_and_days import kept, worked_out
from readings.tests.test_import_home import bring
from sources.models import DataSource

FILE = b"date;Temperature C\n2026-01-01 12:00;20\n2026-01-01 23:30;21\n2026-01-02 12:00;22\n"


def finished() -> None:
    """Wait for what works beside the pages."""
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_stored_by_the_days_of_the_zone_before() -> None:
    alice = make_user("alice")
    home = make_home(alice)
    client, other = browser(alice), browser(alice)
    url = bring(client, home, FILE)
    client.get(url)
    finished()
    answers: list[int] = []

    def change() -> None:
        try:
            address = f"/homes/{home.public_id}/edit/"
            form = other.get(address).context["form"]
            told = {name: form[name].value() or "" for name in form.fields}
            answers.append(other.post(address, {**told, "timezone": "Pacific/Auckland"}).status_code)
        finally:
            connection.close()

    def meanwhile(sender: Any, **_about: Any) -> None:
        readings_imported.disconnect(meanwhile)
        thread = threading.Thread(target=change)
        thread.start()
        thread.join(30)

    readings_imported.connect(meanwhile)
    answer = client.post(url, {"do": "import"})
    assert answers == [302]
    assert (answer.status_code, "The time zone of Rama IX flat changed meanwhile." in text(answer)) == (422, True)
    with acting_as(alice):
        assert Reading.objects.count() == DataSource.objects.count() == 0
    client.get(url)
    finished()
    client.post(url, {"do": "import"})
    finished()
    with acting_as(alice):
        source = DataSource.objects.get()
        assert Reading.objects.of(source).count() == 3
        assert kept(source) == worked_out(source)

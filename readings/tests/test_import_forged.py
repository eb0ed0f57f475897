"""What a preview is told that no form of ours says, and files that are confirmed twice at once."""

import pytest
from django.test import Client

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import at_once, make_home, make_source, make_user
from readings.models import ImportBatch
from readings.tests.files import PLAIN, WIDE, stored
from readings.tests.importing import browser, drafts, preview_url
from readings.tests.test_import_home import bring, imported, sources_of
from sources.models import DataSource

AT_ONCE = 6


@pytest.mark.parametrize("column", ["²", "\0", "9" * 5000, "-1", "1:\0", "0:²", "٣"])
def test_a_column_that_no_file_has_is_not_chosen(alice: User, source: DataSource, column: str) -> None:
    client = browser(alice)
    url = preview_url(client, source, PLAIN)
    assert client.get(url, {"column": column}).status_code == 200
    assert client.post(url, {"column": column, "do": "look"}).status_code == 302
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "import"}).status_code == 302
    assert len(stored(source)) == len(PLAIN.splitlines()) - 1


@pytest.mark.parametrize(
    "form",
    [
        {"key-0": "\0", "to-0": "skip"},
        {"key-0": "1", "name-0": "a\0b"},
        {"key-0": "1", "unit-0": "\0"},
        {"key-0": "1", "q-0-\0": "\0"},
        {"key-0": "1", "to-0": "\0", "kind-0": "\0"},
        {"role-²": "dial", "role-" + "9" * 200: "dial"},
        {"zone": "\0", "order": "\0", "mark": "\0", "separator": "\0"},
        {"zone": "\0", "order": "\0", "mark": "\0"},
        {"order": "x" * 100, "mark": "x" * 100},
    ],
)
def test_words_that_no_form_says_never_break_a_preview(alice: User, form: dict[str, str]) -> None:
    home, client = make_home(alice), browser(alice)
    url = bring(client, home, WIDE)
    for sent in ({"do": "look"}, {"do": "import"}):
        assert client.post(url, {**form, **sent}).status_code in (302, 422)
    assert client.get(f"/homes/{home.public_id}/import/").status_code == 200


@pytest.fixture
def anna(transactional_db: None) -> User:
    return make_user("anna")


def confirmed(clients: list[Client], url: str) -> list[int]:
    """The statuses of one file confirmed by each of `clients` at the same moment."""
    return sorted(at_once(len(clients), lambda number: int(imported(clients[number], url).status_code)))


def test_a_file_confirmed_many_times_at_once_makes_its_meters_once(anna: User) -> None:
    home = make_home(anna)
    clients = [browser(anna) for _ in range(AT_ONCE)]
    assert confirmed(clients, bring(clients[0], home, WIDE)) == [302] + [404] * (AT_ONCE - 1)
    assert sorted(sources_of(home, anna)) == ["Dag", "Nacht"]
    with acting_as(anna):
        assert (DataSource.objects.count(), ImportBatch.objects.count(), drafts(anna)) == (2, 2, 0)


def test_a_file_confirmed_many_times_at_once_for_one_source_is_stored_once(anna: User) -> None:
    source = make_source(anna, make_home(anna))
    clients = [browser(anna) for _ in range(AT_ONCE)]
    assert confirmed(clients, preview_url(clients[0], source, PLAIN)) == [302] + [404] * (AT_ONCE - 1)
    with acting_as(anna):
        assert ImportBatch.objects.count() == 1

"""Real meter files, kept beside the repository and not in it: what is stored comes to what they say, exactly.

Open Energy Dashboard's cases (oed-pipes) are in test_import_oed.py.
"""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_home
from readings.models import Reading
from readings.tests.files import total_use
from readings.tests.importing import text
from readings.tests.real_files import FILES, REAL, RealFile
from sources.models import DataSource

pytestmark = [
    pytest.mark.skipif(not FILES.is_dir(), reason="the real meter files are not beside this repository"),
    pytest.mark.parametrize("file", REAL, ids=lambda file: file.name),
]


def use_of(source: DataSource) -> tuple[int, Decimal | None]:
    """How many readings a source has, and what they come to: of a level from the first to the last."""
    with acting_as(source.owner):
        values = list(Reading.objects.of(source).order_by("recorded_at").values_list("value", flat=True))
    if source.counting == "counter":
        return len(values), total_use(source)
    return len(values), sum(values, Decimal(0)) if source.counting == "amount" else values[-1] - values[0]


def test_a_file_comes_into_a_home_whole_and_only_once(client: Client, alice: User, file: RealFile) -> None:
    client.force_login(alice)
    home = make_home(alice)
    upload = reverse("readings:home_import", args=[home.public_id])
    statuses = []
    for _ in range(2):
        content = SimpleUploadedFile(file.name.split("/")[1], (FILES / file.name).read_bytes())
        preview = client.post(upload, {"file": content}).headers["Location"]
        keys = {f"key-{item.number}": item.series.key for item in client.get(preview).context["prepared"].items}
        if file.said:
            client.post(preview, {"do": "look", **keys, **file.said})
        answer = client.post(preview, {"do": "import"})
        statuses.append(answer.status_code)
    assert statuses == [302, 422]
    assert "There is nothing new in this file: no reading was stored." in text(answer)
    with acting_as(alice):
        made = list(DataSource.objects.filter(home=home).select_related("home", "owner"))
    expected = {name: (count, Decimal(use)) for name, (count, use) in file.meters.items()}
    assert {source.name: use_of(source) for source in made} == expected

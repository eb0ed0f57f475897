"""The import pages as a browser uses them, and what their answers say; for tests. No tests here."""

import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.current import acting_as
from accounts.models import User
from readings.models import ImportBatch, ImportDraft
from sources.models import DataSource


def browser(person: User) -> Client:
    """The browser of somebody who is signed in."""
    client = Client()
    client.force_login(person)
    return client


def upload_url(source: DataSource) -> str:
    return reverse("readings:import_upload", args=[source.public_id])


def bring(client: Client, source: DataSource, content: bytes, name: str = "meter.csv") -> Any:
    return client.post(upload_url(source), {"file": SimpleUploadedFile(name, content)})


def preview_url(client: Client, source: DataSource, content: bytes, name: str = "meter.csv") -> str:
    """Bring a file, and the address of its preview."""
    answer = bring(client, source, content, name)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def import_whole(client: Client, source: DataSource, content: bytes, choice: str = "", **fields: str) -> Any:
    return client.post(preview_url(client, source, content) + choice, fields)


def batch_of(source: DataSource) -> ImportBatch:
    with acting_as(source.owner):
        return ImportBatch.objects.select_related("source").latest("id")


def undo_url(batch: ImportBatch) -> str:
    return reverse("readings:import_undo", args=[batch.source.public_id, batch.public_id])


def drafts(person: User) -> int:
    with acting_as(person):
        return ImportDraft.objects.count()


def text(answer: Any) -> str:
    """What a page says, without its marks, spaces folded."""
    (main,) = re.findall(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def errors(answer: Any) -> list[str]:
    """The sentences under the fields."""
    found = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', answer.content.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def said(answer: Any) -> list[tuple[int, str, str]]:
    """The messages that the next page shows: level, sentence, and where Undo posts to."""
    return [(m.level, m.message, m.extra_tags) for m in answer.wsgi_request._messages._queued_messages]

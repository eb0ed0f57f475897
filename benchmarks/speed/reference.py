"""What is compared with: a minimal page and a minimal INSERT form, behind the site's own middleware.

The page reads the session and the user, makes one query and fills one small template; the form is guarded against
forgery, looks at the one value that it has, makes one INSERT into a table of its own and leads on: with Django's form
and model, as anybody would write it, and bare, as little as can be. None knows rights, locks, rules or the log.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template import engines
from django.urls import path

from benchmarks.speed.models import Note
from homelog import urls

INSERT = "INSERT INTO bench_note (value, created_at) VALUES (%s, now())"
ROWS_READ = """
SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables)
     + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)
"""
SMALL = """<!doctype html><html lang="en"><title>Notes</title><h1>{{ user.display_name }}</h1>
<p>{{ session }}</p>{% for note in notes %}<p>{{ note.0 }}: {{ note.1 }}</p>{% endfor %}
<form method="post">{% csrf_token %}<input name="value"></form></html>"""


class NoteForm(forms.ModelForm):
    """One value."""

    class Meta:
        model = Note
        fields = ("value",)


def minimal(request: HttpRequest) -> HttpResponse:
    """The minimal page; sent back to it, the minimal form."""
    if request.method == "POST":
        form = NoteForm(request.POST)
        if form.is_valid():
            form.save()
            return HttpResponseRedirect(request.path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, value FROM bench_note ORDER BY id DESC LIMIT 10")
        known = {"notes": cursor.fetchall(), "session": bool(request.session.session_key)}
    return HttpResponse(_small().render(known, request))


def bare(request: HttpRequest) -> HttpResponse:
    """The bare form."""
    if request.method != "POST":
        return minimal(request)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [request.POST["value"]])
    return HttpResponseRedirect(request.path)


def _small(kept: list[Any] = []) -> Any:  # noqa: B006 - compiled once, as the site's templates are
    if not kept:
        kept.append(engines["django"].from_string(SMALL))
    return kept[0]


class CountingMiddleware:
    """Tells, where asked by a header, how many statements a request made and how many rows they read.

    Rows are those that tables and indexes gave, as the database counts them; nothing else may run meanwhile.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; a request that asks for nothing pays a look at one header."""
        if "X-Count" not in request.headers:
            return self.get_response(request)
        made: list[str] = []

        def count(execute: Any, sql: Any, *rest: Any) -> Any:
            made.append(str(sql))
            return execute(sql, *rest)

        before = _rows_read()
        with connection.execute_wrapper(count):
            response = self.get_response(request)
        if isinstance(response, HttpResponse):
            response["X-Rows"] = str(_rows_read() - before)
        response["X-Statements"] = str(len(made))
        return response


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(ROWS_READ)
        return int(cursor.fetchone()[0])


urlpatterns = [path("bench/minimal/", minimal), path("bench/bare/", bare), *urls.urlpatterns]

"""Tags that are worked out once say what Django's say, in each language and for each page."""

import threading
from decimal import Decimal
from uuid import UUID

import pytest
from django.template import Context, engines
from django.templatetags.static import static as static_url
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy

from homelog import steady
from homelog.steady import Address, Sentence, Steady

ID = UUID("01a21e6b-acdb-7933-a99f-fc898004c6cf")


def compiled(source: str) -> "tuple[object, object]":
    """The template, and its only node."""
    made = engines["django"].from_string("{% load i18n %}" + source).template  # type: ignore[attr-defined]
    return made, made.nodelist[-1]


def shown(made: object, **known: object) -> str:
    """What it says."""
    return str(made.render(Context(known)))  # type: ignore[attr-defined]


def test_a_text_is_said_in_the_language_of_each_page() -> None:
    made, node = compiled('{% translate "Yes" %}')
    assert isinstance(node, Steady)
    said = []
    for language in ("en", "de", "en", "de"):
        with translation.override(language):
            said.append(shown(made))
    assert said == ["Yes", "Ja", "Yes", "Ja"]


def test_a_text_gets_a_name_where_it_is_given_one() -> None:
    named, _node = compiled('{% translate "100 %" as part %}[{{ part }}]')
    assert [shown(named), shown(named)] == ["[100 %]", "[100 %]"]


@pytest.mark.parametrize(
    "source", ["{% translate word %}", '{% translate "May" context "month" %}', '{% translate "yes"|upper %}']
)
def test_what_depends_on_more_is_left_to_django(source: str) -> None:
    _made, node = compiled(source)
    assert not isinstance(node, Steady)


def test_a_page_is_where_django_says() -> None:
    alone, node = compiled('{% url "home" %}')
    by_id, other = compiled('{% url "readings:source" id %}')
    assert (type(node), type(other)) == (Steady, Address)
    for prefix in ("/", "/homelog/", "/"):
        with override_script_prefix(prefix):
            assert shown(alone) == reverse("home")
            assert [shown(by_id, id=each) for each in (ID, str(ID))] == [reverse("readings:source", args=[ID])] * 2
            assert shown(by_id, id=ID).startswith(prefix)


def test_a_page_that_is_missing_is_a_fault_unless_it_was_asked_whether_there_is_one() -> None:
    missing, asked = compiled('{% url "no_such_page" %}')[0], compiled('{% url "no_such_page" as at %}[{{ at }}]')[0]
    for _turn in range(2):
        with pytest.raises(NoReverseMatch):
            shown(missing)
    with pytest.raises(NoReverseMatch):
        shown(compiled('{% url "readings:source" id %}')[0], id="no id")
    assert shown(asked) == "[]"


def test_each_thread_has_its_own_language() -> None:
    heard: list[str | None] = []

    def other() -> None:
        heard.append(get_language())
        translation.activate("de")
        heard.append(get_language())

    with translation.override("fr"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert (get_language(), heard) == ("fr", ["en", "de"])


def test_a_file_is_where_django_says_once_for_all() -> None:
    engine = engines["django"]
    made = engine.from_string('{% load static %}{% static "css/app.css" %} {% static "a&b" as x %}{{ x }}').template  # type: ignore[attr-defined]
    assert [type(node) for node in made.nodelist if isinstance(node, Steady)] == [Steady, Steady]
    expected = f"{static_url('css/app.css')} {static_url('a&b')}"
    assert [shown(made), shown(made)] == [expected, expected]
    by_name = engine.from_string("{% load static %}{% static name %}").template  # type: ignore[attr-defined]
    assert [shown(by_name, name=each) for each in ("a.css", "b.css")] == [static_url("a.css"), static_url("b.css")]


@pytest.mark.parametrize(
    "value",
    ["plain", "<b>&\"'", SafeString("<b>"), 0, -7, 1234567, True, None, 1.5, Decimal("1234.50"), gettext_lazy("Yes")],
)
@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("language", ["en", "de", "ar", "hi"])
def test_a_value_is_written_as_django_writes_it(value: object, autoescape: bool, language: str) -> None:
    context = Context({"value": value}, autoescape=autoescape)
    with translation.override(language):
        made = engines["django"].from_string("{{ value }}").template  # type: ignore[attr-defined]
        assert made.render(context) == str(steady._django_writes(value, context))


@pytest.mark.parametrize(
    "source",
    [
        "{% blocktranslate with a=word|upper b=count %}{{ a }} of {{ b }} {{ word }}, 100 %{% endblocktranslate %}",
        "{% blocktranslate trimmed %}\n  Two   lines\n  with {{ word }} and {{ nothing }}\n{% endblocktranslate %}",
        "{% blocktranslate %}{{ word }}{% endblocktranslate %}",
    ],
)
def test_a_sentence_with_values_is_what_django_says(source: str) -> None:
    made, node = compiled(source)
    assert isinstance(node, Sentence)
    for autoescape in (True, False):
        context = Context({"word": "<b>", "count": 1234}, autoescape=autoescape)
        context.template = made  # type: ignore[assignment]
        assert str(node.render(context)) == str(node._node.render(context))


@pytest.mark.parametrize(
    "source",
    [
        "{% blocktranslate count n=count %}one{% plural %}{{ n }}{% endblocktranslate %}",
        '{% blocktranslate context "verb" %}Read{% endblocktranslate %}',
        "{% blocktranslate asvar said %}Read{% endblocktranslate %}",
    ],
)
def test_a_sentence_of_another_kind_is_left_to_django(source: str) -> None:
    assert not isinstance(compiled(source)[1], Sentence)


def test_a_sentence_is_said_in_the_language_of_each_page() -> None:
    made, _node = compiled("{% blocktranslate %}Yes{% endblocktranslate %}")
    said = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            said.append(shown(made))
    assert said == ["Yes", "Ja", "Yes"]

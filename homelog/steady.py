"""Tags that say the same on every page, worked out once: `{% translate "…" %}` for each language, `{% static "…" %}`
and `{% url "…" %}` without arguments once. A page has a hundred of them, and Django works out each anew: a tenth of the
page's time.

Django finds this module among the builtins; its own libraries `i18n` and `static` are given the tags of the same names
from here.
"""

import html
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.template import Context, Library, Node
from django.template import base as template_base
from django.template.base import Parser, Token
from django.template.defaulttags import url as django_url
from django.templatetags import i18n
from django.templatetags import static as files
from django.urls import base as urls
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, trans_real

from accounts.addresses import address

register = Library()


class Steady(Node):
    """What a node of Django says, once for each `key`; `node` may need nothing of the context but its escaping."""

    child_nodelists = ()

    def __init__(self, node: Any, key: Callable[[], object], named: str = "asvar") -> None:
        """`named`: where `node` holds the name that its text is given."""
        self._node, self._name, self._key = node, getattr(node, named), key
        setattr(node, named, None)
        self._said: dict[object, str] = {}

    def render(self, context: Context) -> str:
        """The text; nothing where it is given a name (`as name`)."""
        key = self._key(), context.autoescape
        text = self._said.get(key)
        if text is None:
            text = self._said[key] = self._node.render(context)
        if self._name is None:
            return text
        context[self._name] = text
        return ""


def translate(parser: Parser, token: Token) -> Node:
    """Django's; steady where it is a text without a context or filters."""
    node = i18n.do_translate(parser, token)
    expression = node.filter_expression
    is_text = getattr(expression.var, "literal", None) is not None and not expression.filters
    return Steady(node, get_language) if is_text and node.message_context is None else node


for _name in ("translate", "trans"):
    i18n.register.tag(_name, translate)


class Sentence(Node):
    """A text with values in it, whose words are put together once. `node` says it where something does not fit."""

    child_nodelists = ()

    def __init__(self, node: Any) -> None:
        self._node = node
        self._text, names = node.render_token_list(node.singular)
        self._values = [(name, node.extra_context.get(name)) for name in names]

    def render(self, context: Context) -> str:
        """The text in the language that is active."""
        try:
            said = {
                name: _written(context[name] if value is None else value.resolve(context), context)
                for name, value in self._values
            }
            return gettext(self._text) % said
        except (KeyError, ValueError):
            return str(self._node.render(context))


def blocktranslate(parser: Parser, token: Token) -> Node:
    """Django's; quicker where it has neither a plural nor a context nor a name."""
    node = i18n.do_block_translate(parser, token)
    return node if node.plural or node.message_context or node.asvar else Sentence(node)


for _name in ("blocktranslate", "blocktrans"):
    i18n.register.tag(_name, blocktranslate)


def static(parser: Parser, token: Token) -> Node:
    """Django's; steady where it names a file. The names of files change with the program alone."""
    node = files.do_static(parser, token)
    is_text = isinstance(node.path.var, SafeString | str) and not node.path.filters
    return Steady(node, get_script_prefix, "varname") if is_text else node


files.register.tag("static", static)


class Address(Node):
    """Where a page is that is named by ids alone; of other arguments Django's node says it."""

    child_nodelists = ()

    def __init__(self, node: Any) -> None:
        self._node, self._name = node, str(node.view_name.var)

    def render(self, context: Context) -> str:
        """The path."""
        ids = [each.resolve(context) for each in self._node.args]
        return address(self._name, *ids) if all(type(each) is UUID for each in ids) else self._node.render(context)


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Django's; quicker where a page is named alone or by ids, and not with `as`, which bears that there is none."""
    node = django_url(parser, token)
    if not isinstance(node.view_name.var, str) or node.view_name.filters or node.kwargs or node.asvar is not None:
        return node
    return Address(node) if node.args else Steady(node, get_script_prefix)


def keep_by_thread() -> None:
    """Django asks for the language four hundred times a page, and where the site begins a hundred times, of stores that
    serve coroutines, too, and take a microsecond each time. Here each thread serves one request after the other, so
    that its own store does.
    """
    trans_real._active = threading.local()  # type: ignore[attr-defined]
    urls._prefixes = threading.local()  # type: ignore[attr-defined]


def write_plainly() -> None:
    """Texts and whole numbers, which are nearly all that a page shows, need not be asked for a language's marks."""
    template_base.render_value_in_context = _written


_django_writes = template_base.render_value_in_context


def _written(value: Any, context: Context) -> str:
    """What `value` is on a page: as Django writes it (USE_THOUSAND_SEPARATOR is off)."""
    kind = type(value)
    if kind is str:
        return SafeString(html.escape(value)) if context.autoescape else value
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else _django_writes(value, context)

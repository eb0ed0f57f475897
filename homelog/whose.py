"""Every form says who had it open: `{% csrf_token %}` says it too, so that no page forgets to. What is sent after that
person's session ended is kept for them alone (homelog.resending), and what a device kept is sent by them alone
(readings.outbox).

Django finds this module among the builtins.
"""

from django.template import Context, Library
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.safestring import mark_safe

register = Library()


class WhoseNode(CsrfTokenNode):
    """Django's field against forged forms, and beside it `writer`, the public id of who is signed in."""

    child_nodelists = ()

    def render(self, context: Context) -> str:
        """Both fields; the first alone where nobody is signed in."""
        user = context.get("user")
        if user is None or not user.is_authenticated:
            return super().render(context)
        return mark_safe(f'{super().render(context)}<input type="hidden" name="writer" value="{user.public_id}">')


@register.tag
def csrf_token(parser: Parser, token: Token) -> WhoseNode:
    """Takes the place of Django's tag of this name."""
    return WhoseNode()

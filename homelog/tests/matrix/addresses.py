"""Every address of the site, found by walking the resolver: one that is new is tried without being added to a list."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def addresses() -> list[tuple[str, tuple[str, ...]]]:
    """Every named address but Django admin's and the API's, with the names of its keys."""
    return [(name, keys) for name, keys in _walk(get_resolver()) if not name.startswith(("admin:", "api:"))]


def admin_addresses() -> list[tuple[str, tuple[str, ...]]]:
    """Those of Django admin, with the names of their keys."""
    return [(name, keys) for name, keys in _walk(get_resolver()) if name.startswith("admin:")]


def _walk(
    resolver: URLResolver, namespace: str = "", keys: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in resolver.url_patterns:
        found = (*keys, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", found
        else:
            yield from _walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace, found)

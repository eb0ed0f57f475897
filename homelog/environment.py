"""Reads settings from the environment and refuses odd values.

django-environ reads `.env` and `NAME_FILE` secrets; the readers here add what it leaves open: a flag that is neither on
nor off, a number that is none and an unknown choice stop the program with a sentence instead of becoming a default.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

env = environ.FileAwareEnv()

ON = {"1", "on", "true", "yes"}
OFF = {"0", "off", "false", "no"}


def load(file: Path) -> None:
    """Read `file` (KEY=value lines) when it is there; what the environment already holds wins."""
    if file.is_file():
        environ.FileAwareEnv.read_env(str(file))


def flag(name: str, default: bool = False) -> bool:
    """An on/off setting. Raises ImproperlyConfigured for anything but on, off, true, false, yes, no, 1, 0."""
    text = env.str(name, default="").strip().lower()
    if not text:
        return default
    if text in ON:
        return True
    if text in OFF:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}. Set it to on or off.")


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`. Raises ImproperlyConfigured otherwise."""
    text = env.str(name, default="").strip() or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to a whole number from {least} to {most}.")
    return int(text)


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of `choices`. Raises ImproperlyConfigured otherwise."""
    text: str = env.str(name, default="").strip() or default
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to one of: {', '.join(choices)}.")
    return text


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without blanks and empty items; `default` where it is empty."""
    text = env.str(name, default="").strip() or default
    return [word.strip() for word in text.split(",") if word.strip()]


def site_address(name: str) -> tuple[bool, list[str]] | None:
    """Whether the site is reached over HTTPS, and under which host names; None where it is not told.

    homelog.example.org, https://..., http://192.168.1.5:8080, several separated by commas. Raises ImproperlyConfigured
    for anything else, and for http beside https.
    """
    found = [urlsplit(word if "://" in word else f"https://{word}") for word in words(name)]
    if not found:
        return None
    schemes = {each.scheme for each in found}
    if len(schemes) > 1 or schemes - {"http", "https"} or any(not each.hostname or each.path for each in found):
        raise ImproperlyConfigured(
            f"{name} must be names such as homelog.example.org, or http://192.168.1.5 without TLS."
        )
    return schemes == {"https"}, [str(each.hostname) for each in found]


def provider(id_name: str, secret_name: str, *, origin: str, demo: str) -> dict[str, Any]:
    """The id and the secret that LINE or Google gave to this site, and the origin to which it sends people.

    Where the server `demo` plays the provider, its origin, and id and secret are made up.
    """
    made_up = "demo" if demo else ""
    return {
        "client_id": env.str(id_name, default=made_up).strip(),
        "secret": env.str(secret_name, default=made_up).strip(),
        "names": (id_name, secret_name),
        "origin": demo or origin,
    }


def loopback(name: str, *, allowed: bool) -> str:
    """An http address on this machine, or "". Raises ImproperlyConfigured for any other, and unless it is allowed."""
    text: str = env.str(name, default="").strip().rstrip("/")
    if not text:
        return ""
    parts = urlsplit(text)
    if not allowed or parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "localhost"} or parts.path:
        raise ImproperlyConfigured(f"{name} is for development only, such as http://127.0.0.1:8001.")
    return text


def fernet_keys(name: str) -> list[str]:
    """Keys that `Fernet.generate_key()` made, newest first. Raises ImproperlyConfigured for anything else."""
    keys = words(name)
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} holds something that is no key. .env.example says how to make one."
            ) from error
    return keys


def signing_keys(name: str) -> list[str]:
    """Secrets of at least 32 characters, newest first. Raises ImproperlyConfigured for a shorter one."""
    keys = words(name)
    if any(len(key) < 32 for key in keys):
        raise ImproperlyConfigured(f"{name} holds a key of less than 32 characters. .env.example says how to make one.")
    return keys


def origins(name: str) -> list[str]:
    """Origins as browsers send them, such as https://app.example.org. Raises ImproperlyConfigured for anything else."""
    found = words(name)
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}" or "*" in origin:
            raise ImproperlyConfigured(f"{name} holds {origin!r}. Write origins such as https://app.example.org.")
    return found


def secret(name: str, *, least: int, when_missing: str) -> str:
    """A secret of at least `least` characters; `when_missing` ends the sentence that is shown without it."""
    text: str = env.str(name, default="").strip()
    if not text:
        raise ImproperlyConfigured(f"{name} is not set. {when_missing}")
    if len(text) < least:
        raise ImproperlyConfigured(f"{name} is shorter than {least} characters. {when_missing}")
    return text


def token(name: str, *, least: int) -> str:
    """A secret that may be left out. Raises ImproperlyConfigured for one of less than `least` characters."""
    text: str = env.str(name, default="").strip()
    if text and len(text) < least:
        raise ImproperlyConfigured(f"{name} is shorter than {least} characters.")
    return text


def database(url: str, name: str) -> dict[str, object]:
    """A DATABASES entry from a libpq address (postgresql://user:password@host:5432/name?sslmode=require).

    Raises ImproperlyConfigured when the address cannot be read or names no database.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"{name} must start with postgresql://. HomeLog runs on PostgreSQL only.")
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"{name} cannot be read: {error}") from error
    if "dbname" not in parts or "user" not in parts:
        raise ImproperlyConfigured(f"{name} must name a user and a database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user"),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
    }


def replica(url: str, name: str, site: dict[str, object]) -> dict[str, object]:
    """A DATABASES entry for a server that follows that of `site`, with its pool and time-outs.

    Raises ImproperlyConfigured as `database` does, and for another role or database than the site's: only that role is
    held to the policies, and only that database follows.
    """
    found = database(url, name)
    if any(found[key] != site[key] for key in ("NAME", "USER")):
        raise ImproperlyConfigured(f"{name} must name the same user and database as DATABASE_URL, on another server.")
    options: dict[str, object] = {**site["OPTIONS"], **found["OPTIONS"], "connect_timeout": "2"}  # type: ignore[dict-item]
    return {**site, **found, "ENGINE": site["ENGINE"], "OPTIONS": options, "TEST": {"MIRROR": "default"}}

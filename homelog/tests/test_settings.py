"""The settings: read from the environment alone, and an odd value stops the program with its sentence."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from homelog import devdb
from homelog.postgresql.driver import Connection

ROOT = Path(devdb.__file__).resolve().parent.parent
PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": "Zm9yLXRlc3RzLW9ubHktYnV0LWxvbmctYW5kLXJhbmRvbS1lbm91Z2g_3f9",
    "ALLOWED_HOSTS": "homelog.example.org",
    "DATABASE_URL": "postgresql://homelog_app:secret@db.example.org:5432/homelog?sslmode=require",
    "DATABASE_OWNER_URL": "postgresql://homelog_owner:other@db.example.org:5432/homelog",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "ENV_FILE": "tests-read-no-env-file",
}
HOW = " For development run `make run`, which writes .env; for a deployment see .env.example."


def read(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> dict[str, Any]:
    """The settings as a production environment with `changes` gives them; None takes a name away."""
    for name in (
        "HTTPS",
        "TRUSTED_PROXIES",
        "DATABASE_POOL",
        "EMAIL_VERIFICATION",
        "SIGNUP_OPEN",
        "ADMIN_PATH",
        "SITE_ADDRESS",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**PRODUCTION, **changes}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "homelog" / "settings.py"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'. Set it to on or off."),
        ({"HTTPS": "2"}, "HTTPS is '2'. Set it to on or off."),
        ({"SIGNUP_OPEN": "closed"}, "SIGNUP_OPEN is 'closed'. Set it to on or off."),
        ({"SECRET_KEY": None}, "SECRET_KEY is not set." + HOW),
        ({"SECRET_KEY": " "}, "SECRET_KEY is not set." + HOW),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 40 characters." + HOW),
        (
            {"SECRET_KEY": "change-me-this-is-only-an-example-and-is-refused"},
            "SECRET_KEY is still the example's." + HOW,
        ),
        (
            {"ALLOWED_HOSTS": None},
            "ALLOWED_HOSTS must name the host names of this site, separated by commas.",
        ),
        (
            {"ALLOWED_HOSTS": "homelog.example.org,*"},
            "ALLOWED_HOSTS must name the host names of this site, separated by commas.",
        ),
        (
            {"ADMIN_PATH": "a"},
            "ADMIN_PATH must be a path such as admin/, with a slash at its end and none before.",
        ),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is '-1'. Set it to a whole number from 0 to 9."),
        ({"TRUSTED_PROXIES": "1.5"}, "TRUSTED_PROXIES is '1.5'. Set it to a whole number from 0 to 9."),
        ({"DATABASE_POOL": "101"}, "DATABASE_POOL is '101'. Set it to a whole number from 0 to 100."),
        (
            {"EMAIL_VERIFICATION": "optional"},
            "EMAIL_VERIFICATION is 'optional'. Set it to one of: mandatory, none.",
        ),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set." + HOW),
        (
            {"DATABASE_URL": "mysql://root@localhost/homelog"},
            "DATABASE_URL must start with postgresql://. HomeLog runs on PostgreSQL only.",
        ),
        ({"DATABASE_URL": "postgresql://localhost"}, "DATABASE_URL must name a user and a database."),
        (
            {"DATABASE_OWNER_URL": "sqlite:///homelog"},
            "DATABASE_OWNER_URL must start with postgresql://. HomeLog runs on PostgreSQL only.",
        ),
    ],
)
def test_an_odd_value_is_refused_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(monkeypatch, **changes)
    assert str(refused.value) == sentence


def test_an_address_that_cannot_be_read_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL cannot be read: ") as refused:
        read(monkeypatch, DATABASE_URL="postgresql://homelog_app:hush@db/homelog?colour=red")
    assert "hush" not in str(refused.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(PRODUCTION["SECRET_KEY"] + "\n")
    settings = read(monkeypatch, SECRET_KEY=None, SECRET_KEY_FILE=str(file))
    assert settings["SECRET_KEY"] == PRODUCTION["SECRET_KEY"]


def test_the_site_and_the_migrations_connect_as_different_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    site, owner = settings["DATABASES"]["default"], settings["DATABASE_OWNER"]
    assert (site["USER"], site["PASSWORD"], owner["USER"], owner["PASSWORD"]) == (
        *("homelog_app", "secret"),
        *("homelog_owner", "other"),
    )
    pool = {"min_size": 1, "max_size": 8, "timeout": 3, "connection_class": Connection}
    assert (site["ENGINE"], site["OPTIONS"]) == (
        "homelog.postgresql",
        {"sslmode": "require", "connect_timeout": "4", "pool": pool},
    )


def test_a_deployment_keeps_its_cookies_to_https_and_to_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    names = (
        *("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"),
        *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"),
    )
    assert [settings[name] for name in names] == ["__Host-session", "__Host-csrf", True, True, True, 31_536_000, True]
    assert "SECURE_PROXY_SSL_HEADER" not in settings


def test_a_home_network_without_certificates_is_served_without_https(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, HTTPS="off")
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    assert [settings[name] for name in names] == [False, False, False, 0]
    assert "SESSION_COOKIE_NAME" not in settings


@pytest.mark.parametrize(
    ("address", "https", "hosts"),
    [
        ("homelog.example.org", True, ["homelog.example.org"]),
        ("https://a.example.org:8443, b.example.org", True, ["a.example.org", "b.example.org"]),
        ("http://192.168.1.5:8080", False, ["192.168.1.5", "localhost", "127.0.0.1", "[::1]"]),
        ("http://localhost", False, ["localhost", "127.0.0.1", "[::1]"]),
    ],
)
def test_hosts_and_https_follow_from_one_address(
    monkeypatch: pytest.MonkeyPatch, address: str, https: bool, hosts: list[str]
) -> None:
    settings = read(monkeypatch, SITE_ADDRESS=address, ALLOWED_HOSTS="", HTTPS="")
    assert (settings["HTTPS"], settings["ALLOWED_HOSTS"]) == (https, hosts)
    assert read(monkeypatch, SITE_ADDRESS=address, ALLOWED_HOSTS="c.example.org", HTTPS="off")["ALLOWED_HOSTS"] == [
        "c.example.org"
    ]


@pytest.mark.parametrize("address", ["ftp://a", "http://a,https://b", "https://", "https://a/b", "/a"])
def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_ADDRESS must be names such as"):
        read(monkeypatch, SITE_ADDRESS=address)


def test_where_mail_is_only_printed_nobody_waits_for_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, EMAIL_URL="consolemail://")
    assert settings["ACCOUNT_EMAIL_VERIFICATION"] == "none"
    assert read(monkeypatch)["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"


def test_a_proxy_is_believed_only_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, TRUSTED_PROXIES="1")
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert settings["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """manage.py in a process of its own, with a production environment and `changes`."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("verification", ["mandatory", "none"])
def test_the_deployment_checks_find_nothing(verification: str) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", EMAIL_VERIFICATION=verification)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_an_odd_value_stops_every_command() -> None:
    done = manage("check", SECRET_KEY="")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == ("django.core.exceptions.ImproperlyConfigured: SECRET_KEY is not set." + HOW)


def test_the_example_names_every_setting_that_is_read() -> None:
    import re

    read_names = set()
    for file in ("settings.py", "environment.py", "gunicorn.conf.py"):
        text = (ROOT / "homelog" / file).read_text()
        read_names |= set(
            re.findall(r'(?:flag|number|choice|words|secret|env\.\w+|environ\.get)\(\s*"([A-Z][A-Z_]+)"', text)
        )
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert read_names - named - {"ENV_FILE"} == set()

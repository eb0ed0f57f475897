"""docker-compose.yml needs no edits: every file it names exists, every variable has a value, every secret is made."""

import re
import runpy
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from environ.fileaware_mapping import FileAwareMapping  # type: ignore[import-untyped]

from homelog import devdb, environment, first_secrets

ROOT = Path(devdb.__file__).resolve().parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)["services"]
    return found


def test_every_variable_has_a_value_without_a_file_of_settings() -> None:
    assert "SITE_ADDRESS" in TEXT
    assert not re.findall(r"\$\{\w+(?!\w*:-)[^}]*\}", TEXT)


def test_every_file_that_it_names_is_there(services: dict[str, Any]) -> None:
    named = [volume.split(":")[0] for each in services.values() for volume in each.get("volumes", [])]
    files = [name for name in named if name.startswith("./")]
    assert len(files) == 3
    assert all((ROOT / name).is_file() for name in files)


def test_every_volume_is_declared(services: dict[str, Any]) -> None:
    named = {volume.split(":")[0] for each in services.values() for volume in each.get("volumes", [])}
    assert {name for name in named if not name.startswith("./")} == set(yaml.safe_load(TEXT)["volumes"])


def test_the_site_runs_without_rights_and_writes_nothing_but_its_volumes(services: dict[str, Any]) -> None:
    for name in ("secrets", "migrate", "web", "proxy", "backup"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert "/secrets/database" not in str(services["web"])
    assert "database-secrets" not in str(services["web"])


def test_every_secret_is_made_once(services: dict[str, Any], tmp_path: Path) -> None:
    site, database = tmp_path / "site", tmp_path / "database"
    site.mkdir()
    database.mkdir()
    made = first_secrets.make(site, database, {"HOMELOG_APP_PASSWORD": "given1"})
    wanted = set(re.findall(r"/secrets/(?:site|database)/(\w+)$", TEXT, re.MULTILINE))
    wanted |= set(re.findall(r"/secrets/database/(\w+)`", (ROOT / "deploy" / "passwords.sql").read_text()))
    assert wanted == set(made)
    assert (database / "app_password").read_text() == "given1\n"
    assert (site / "database_url").read_text() == "postgresql://homelog_app:given1@db:5432/homelog\n"
    assert {stat.S_IMODE(file.stat().st_mode) for file in site.iterdir()} == {0o400}
    before = {file: file.read_text() for folder in (site, database) for file in folder.iterdir()}
    assert first_secrets.make(site, database, {"SECRET_KEY": "another one"}) == []
    assert {file: file.read_text() for folder in (site, database) for file in folder.iterdir()} == before


def test_a_password_that_would_break_an_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="letters and digits only"):
        first_secrets.make(tmp_path, tmp_path, {"HOMELOG_OWNER_PASSWORD": "a/b@c"})


def test_the_site_starts_with_what_it_hands_over(
    services: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, database = tmp_path / "site", tmp_path / "database"
    site.mkdir()
    database.mkdir()
    first_secrets.make(site, database, {})
    for name in ("DEBUG", "SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "ALLOWED_HOSTS", "HTTPS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in services["web"]["environment"].items():
        text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)).replace("/secrets", str(tmp_path))
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("ENV_FILE", "no-such-file")
    monkeypatch.setattr(environment.env, "ENVIRON", FileAwareMapping())  # the other one remembers what files said
    read = runpy.run_path(str(ROOT / "homelog" / "settings.py"))
    assert read["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert (read["HTTPS"], read["ACCOUNT_EMAIL_VERIFICATION"], read["ACCOUNT_SIGNUP_OPEN"]) == (False, "none", True)
    assert read["DATABASES"]["default"]["HOST"] == "db"
    assert read["TRUSTED_PROXIES"] == 1

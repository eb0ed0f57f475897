"""The files of deploy/ fit each other and the site: commands exist, addresses agree, docs/deploy.md tells of each."""

import configparser
import re
import shlex
import subprocess
from pathlib import Path

from django.core.management import get_commands

from homelog import devdb

ROOT = Path(devdb.__file__).resolve().parent.parent
FOLDER = ROOT / "deploy"
TOLD = (ROOT / "docs" / "deploy.md").read_text()


def test_every_file_is_told_of() -> None:
    names = {file.name for file in FOLDER.iterdir()}
    assert {"Caddyfile", "nginx.conf", "pgbouncer.ini", "homelog.socket", "homelog.service"} <= names
    aside = {"passwords.sql", "homelog-nightly.service"}  # compose's alone; told of as its timer
    assert not {name for name in names - aside if name not in TOLD and name.split("@")[0].split(".")[0] not in TOLD}


def test_units_run_commands_that_exist_and_only_those_of_the_owner_get_its_address() -> None:
    ran = 0
    for file in FOLDER.glob("*.service"):
        text = file.read_text()
        for command in re.findall(r"^ExecStart=.*manage\.py (\w+)", text, re.MULTILINE):
            assert command in get_commands()
            ran += 1
        assert ("owner-url" in text) is (file.name != "homelog.service")
        assert "User=homelog\n" in text
        assert "ProtectSystem=strict\n" in text
    assert ran == 5


def test_old_looks_are_removed_each_night_where_it_is_set_how_old() -> None:
    (line,) = re.findall(
        r"^ExecStart=(/bin/sh .*audit_prune.*)$", (FOLDER / "homelog-nightly.service").read_text(), re.M
    )
    shell, option, script = shlex.split(
        line.replace("$$", "$").replace("/srv/homelog/.venv/bin/python manage.py", "echo")
    )
    for set_to, told in (({}, ""), ({"AUDIT_VIEWS_DAYS": ""}, ""), ({"AUDIT_VIEWS_DAYS": "400"}, "audit_prune\n")):
        ran = subprocess.run(
            [shell, option, script], env={"PATH": "/bin", **set_to}, capture_output=True, text=True, check=True
        )
        assert (ran.stdout, ran.stderr) == (told, "")


def test_whoever_stands_in_front_asks_where_the_socket_listens() -> None:
    listens = re.search(r"^ListenStream=(\S+)$", (FOLDER / "homelog.socket").read_text(), re.MULTILINE)
    assert listens is not None
    assert f"server {listens[1]} " in (FOLDER / "nginx.conf").read_text()
    assert f"SITE_UPSTREAM={listens[1]}" in TOLD
    assert f"http://{listens[1]}/readyz" in TOLD


def test_connections_are_shared_in_transaction_mode_for_longer_than_an_import_may_take() -> None:
    file = configparser.ConfigParser(interpolation=None)
    file.read(FOLDER / "pgbouncer.ini")
    assert file["pgbouncer"]["pool_mode"] == "transaction"
    assert file.getint("pgbouncer", "idle_transaction_timeout") > 600
    assert "port " + file["pgbouncer"]["listen_port"] in TOLD


def test_what_stands_behind_an_address_is_in_no_log_of_a_proxy() -> None:
    text = (FOLDER / "nginx.conf").read_text()
    servers = text.split("\nserver {")[1:]
    assert [re.findall(r"access_log \S+ (\w+);", server) for server in servers] == [["homelog"]] * len(servers)
    (told,) = re.findall(r"log_format homelog ([^;]+);", text)
    assert set(re.findall(r"\$\w+", told)).isdisjoint({"$request", "$request_uri", "$args", "$query_string", "$uri"})
    assert "$http_referer" not in told
    (pattern,) = re.findall(r"~(\^\S+)", text.partition("map $request_uri")[2])
    bare = re.match(pattern.replace("?<", "?P<"), "/sources/x/read/?value=12&value=3")
    assert bare is not None
    assert bare["homelog_bare"] == "/sources/x/read/"
    assert not re.search(r"^\s*log\b", (FOLDER / "Caddyfile").read_text(), re.MULTILINE)
    assert "access_log /var/log/nginx/homelog.log homelog;" in text
    assert "without what stands behind the ?" in (ROOT / "docs" / "watch.md").read_text()


def test_the_proxy_speaks_no_old_tls() -> None:
    assert re.findall(r"ssl_protocols ([^;]+);", (FOLDER / "nginx.conf").read_text()) == ["TLSv1.2 TLSv1.3"]

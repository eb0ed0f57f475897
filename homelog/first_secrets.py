"""The secrets of a new site, made once: `python -m homelog.first_secrets SITE_FOLDER DATABASE_FOLDER`.

docker-compose.yml runs it before everything else, with two volumes: what the site may read, and what only the database
and `migrate` may. A file that is there stays as it is. A first value may come from the environment (SECRET_KEY,
HOMELOG_APP_PASSWORD and so on); letters and digits only, where it is a password.
"""

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

HOST = "db:5432/homelog"


def make(site: Path, database: Path, environment: Mapping[str, str]) -> list[str]:
    """Make what is missing in both folders; the names of what was made.

    In `database`: superuser_password, owner_password, app_password, owner_url; to be read by the database's own user as
    well. In `site`, for its own user alone: secret_key, api_signing_keys, token_keys, database_url.
    """
    made: list[str] = []

    def kept(folder: Path, name: str, new: str, mode: int) -> str:
        file = folder / name
        if not file.exists():
            unfinished = file.with_suffix(".new")
            unfinished.touch(mode=0o600)
            unfinished.write_text(new + "\n", "ascii")
            unfinished.chmod(mode)
            unfinished.rename(file)
            made.append(name)
        return file.read_text("ascii").strip()

    def password(role: str, variable: str) -> str:
        given = environment.get(variable, "")
        if given and not (given.isascii() and given.isalnum()):
            sys.exit(f"{variable} becomes part of an address: letters and digits only.")
        return kept(database, f"{role}_password", given or secrets.token_hex(24), 0o444)

    password("superuser", "POSTGRES_PASSWORD")
    owner = password("owner", "HOMELOG_OWNER_PASSWORD")
    app = password("app", "HOMELOG_APP_PASSWORD")
    kept(database, "owner_url", f"postgresql://homelog_owner:{owner}@{HOST}", 0o444)
    kept(site, "database_url", f"postgresql://homelog_app:{app}@{HOST}", 0o400)
    kept(site, "secret_key", environment.get("SECRET_KEY") or secrets.token_urlsafe(48), 0o400)
    kept(site, "api_signing_keys", environment.get("API_SIGNING_KEYS") or secrets.token_urlsafe(32), 0o400)
    kept(site, "token_keys", environment.get("TOKEN_KEYS") or Fernet.generate_key().decode(), 0o400)
    return made


if __name__ == "__main__":
    new = make(Path(sys.argv[1]), Path(sys.argv[2]), os.environ)
    print("Secrets made: " + ", ".join(new) if new else "All secrets are there already.")

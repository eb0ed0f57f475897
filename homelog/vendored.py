"""Fetches what static/vendor holds anew: python -m homelog.vendored. Needs npm, which the site itself does not.

Of each package only the named files are kept, without lines that name a source map (the manifest of static files would
look for one), beside a README that says what it is, under which licence, and what its files must hash to.
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
PACKAGES = {
    "uPlot": ("uplot", "1.6.32", "MIT", ("dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE")),
}
SOURCE_MAP = re.compile(rb"^\s*(?://[#@]|/\*[#@])\s*sourceMappingURL=.*$\n?", re.MULTILINE)


def refresh(name: str) -> Path:
    """Write the folder of one package; it is told where it stands."""
    package, version, licence, files = PACKAGES[name]
    folder = VENDOR / f"{name}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    sums = []
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=place, check=True)  # noqa: S603, S607
        with tarfile.open(next(Path(place).glob("*.tgz"))) as archive:
            for path in files:
                member = archive.extractfile(f"package/{path}")
                if member is None:
                    raise FileNotFoundError(path)
                content = SOURCE_MAP.sub(b"", member.read())
                file = folder / Path(path).name
                file.write_bytes(content)
                sums.append(f"| {file.name} | `{hashlib.sha256(content).hexdigest()}` |")
    (folder / "README.md").write_text(
        f"# {name} {version}\n\n"
        f"- From: the npm package `{package}`, version {version}, without sourceMappingURL lines.\n"
        f"- Licence: {licence} (file LICENSE).\n- Refresh: `python -m homelog.vendored`\n\n"
        f"| file | sha256 |\n|---|---|\n" + "\n".join(sums) + "\n",
        encoding="utf-8",
    )
    return folder


if __name__ == "__main__":
    for each in PACKAGES:
        print(refresh(each))

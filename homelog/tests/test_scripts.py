"""No script of ours makes a key of an object out of what somebody typed, so that no prototype can be reached."""

import re
from pathlib import Path

from django.conf import settings

LOOKED_AT = {
    "passed[item.path] =": "a path of this site, which begins with a slash",
    '[path.replace(/skip\\/$/, "")]:': "the same",
    "found[name] =": "names of headers, from a list of ours",
    "response[name] =": "parts of a passkey's answer, from a list of ours",
    "bytes[place] =": "an array of bytes",
    "kept[name] =": "storage of the tab, under the id of a person and a path of this site",
}
"""Every place where a script computes a key that it writes to, and why that is right."""
WRITTEN = re.compile(r"\w+\[[^\]\"'`]*[a-zA-Z][^\]\"'`]*\] =(?!=)|(?<=[{,] )\[[a-zA-Z][^\n]*?\]:(?= )")


def scripts() -> dict[str, str]:
    folders = [Path(settings.BASE_DIR, "static", name) for name in ("js", "worker")]
    return {file.name: file.read_text("utf-8") for folder in folders for file in sorted(folder.glob("*.js"))}


def test_each_key_that_a_script_computes_was_looked_at() -> None:
    assert len(scripts()) > 10
    found = {key for text in scripts().values() for key in WRITTEN.findall(text)}
    assert found == LOOKED_AT.keys()


def test_objects_are_only_merged_into_what_was_just_made_or_with_names_of_ours() -> None:
    for text in scripts().values():
        assert "__proto__" not in text
        assert "for (const key in" not in text
        for target, names in re.findall(r"Object\.assign\(([^,]+\)|[^,]+), (.)", text):
            assert (target.startswith("document.createElement(") or target == "known", names) == (True, "{")

"""Everything that is a person's, as one ZIP archive: who they are, their homes and rights, what they did, and each
source that they may export with its readings as JSON and CSV. Fetched part by part as that person: readings.exports.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.files.storage import Storage
from django.utils import timezone as clock
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import devices
from accounts.current import Actor, acting
from accounts.models import User
from audit.queries import doings_of, page_of
from audit.sentences import sentence
from readings.exports import EVERYTHING, READINGS, csv_parts, json_parts, photos
from readings.exports.belongings import facts_of
from readings.exports.words import as_json, instant
from readings.models import Reading
from sources.archives import Files, zipped
from sources.cells import file_name
from sources.models import ApiKey, DataSource, HomeMember, SourceInvitation

PART = 500
OWN, SHARED = "sources", "shared with me"


def archive(person: User, who: Actor, language: str) -> Iterator[bytes]:
    """The archive for `person`, who is `who`, with its words in `language`."""
    with acting(who):
        sources = sources_of(person)
    return zipped(_files(person, sources, who, language), clock.now())


def sources_of(person: User) -> list[DataSource]:
    """The sources that `person` may export, their own first."""
    visible = DataSource.objects.visible_to(person).select_related("home", "owner").order_by("name", "pk")
    found = [source for source in visible if source.may("export")]
    return sorted(found, key=lambda source: source.owner_id != person.pk)


def _files(person: User, sources: list[DataSource], who: Actor, language: str) -> Files:
    with translation.override(language):
        about = _about(person)
    yield "README.txt", [about.encode()]
    yield "account.json", _account(person, sources, who)
    yield "history.json", _history(person, who, language)
    for source in sources:
        name = _path(person, source)
        wanted = EVERYTHING if source.owner_id == person.pk else READINGS
        yield f"{name}.json", (part.encode() for part in json_parts(source, who, wanted, language))
        yield f"{name}.csv", (part.encode() for part in csv_parts(source, who))
        yield from _pictures(person, source, who)


def _about(person: User) -> str:
    return _(
        "This is everything that HomeLog keeps about %(name)s.\n\n"
        "account.json: who you are, your homes, what is shared with you, invitations, keys, devices\n"
        "history.json: what you did, and when you signed in\n"
        "sources: your meters, each as JSON with everything and as CSV with its readings\n"
        "shared with me: those of others that you may take along; they are not yours\n"
        "pictures: photos of meters and readings\n\n"
        "In the CSV files an apostrophe stands before text that a spreadsheet might take for a formula.\n"
    ) % {"name": person.get_short_name()}


def _account(person: User, sources: list[DataSource], who: Actor) -> Iterator[bytes]:
    """Who somebody is and which rights they have."""
    with acting(who):
        told = {
            "format": "homelog/account",
            "version": 1,
            "made_at": instant(clock.now()),
            "person": _person(person),
            "homes": [_home(member) for member in person.memberships.select_related("home", "granted_by")],
            "sources": [facts_of(source) | {"file": _path(person, source)} for source in sources],
            "shared_with_me": [_share(share) for share in person.shares.select_related("source", "granted_by")],
            "invitations": [_invitation(each) for each in _invitations(person)],
            "api_keys": [_key(each) for each in ApiKey.objects.filter(user=person).select_related("source")],
            "devices": [_device(each) for each in devices.devices_of(person, None)],
        }
    yield as_json(told).encode()


def _person(person: User) -> dict[str, Any]:
    addresses = EmailAddress.objects.filter(user=person).order_by("pk")
    return {
        "id": str(person.public_id),
        **{name: getattr(person, name) for name in ("username", "display_name", "email", "language", "timezone")},
        **{name: getattr(person, name) for name in ("is_staff", "is_superuser")},
        "joined_at": instant(person.created_at),
        "last_sign_in_at": instant(person.last_login) if person.last_login else None,
        "has_password": person.has_usable_password(),
        "email_addresses": [
            {"email": each.email, "confirmed": each.verified, "primary": each.primary} for each in addresses
        ],
    }


def _home(member: HomeMember) -> dict[str, Any]:
    home = member.home
    return {
        "id": str(home.public_id),
        **{name: getattr(home, name) for name in ("name", "address", "timezone")},
        "created_at": instant(home.created_at),
        "level": member.level,
        "granted_at": instant(member.granted_at),
        "granted_by": str(member.granted_by or ""),
    }


def _share(share: Any) -> dict[str, Any]:
    return {
        "source": str(share.source.public_id),
        "level": share.level,
        "granted_at": instant(share.granted_at),
        "granted_by": str(share.granted_by or ""),
    }


def _invitations(person: User) -> Any:
    return SourceInvitation.objects.filter(invited_by=person).select_related("source", "home").order_by("created_at")


def _invitation(invitation: SourceInvitation) -> dict[str, Any]:
    ends = ("expires_at", "revoked_at", "used_at")
    return {
        "to": str(invitation.place),
        "email": invitation.email,
        "for_whom": invitation.for_whom,
        "level": invitation.level,
        "created_at": instant(invitation.created_at),
        **{name: instant(at) if (at := getattr(invitation, name)) else None for name in ends},
    }


def _key(key: ApiKey) -> dict[str, Any]:
    """What is known of a key; the key itself is not kept."""
    times = ("expires_at", "revoked_at", "last_used_at")
    return {
        "name": key.name,
        "begins_with": key.prefix,
        "allows": key.scope,
        "source": str(key.source.public_id) if key.source else None,
        "created_at": instant(key.created_at),
        **{name: instant(at) if (at := getattr(key, name)) else None for name in times},
    }


def _device(device: devices.Device) -> dict[str, str]:
    times = {"since": instant(device.since), "last_used": instant(device.last_used)}
    return {"browser": device.words, "address": device.address, **times}


def _history(person: User, who: Actor, language: str) -> Iterator[bytes]:
    """What somebody did and when they signed in, newest first."""
    yield b'{"format":"homelog/history","version":1,"entries":['
    before, joint = "", "\n"
    while True:
        with acting(who), translation.override(language):
            page = page_of(doings_of(person), before, PART)
            told = [
                {
                    "at": instant(entry.event_time),
                    "what": sentence(entry, person.pk, person.zone).text,
                    "kind": entry.event_type,
                    "from": entry.remote_address,
                    "details": entry.details,
                }
                for entry in page.entries
            ]
        if told:
            yield (joint + ",\n".join(as_json(each) for each in told)).encode()
        before, joint = page.older, ",\n"
        if not before:
            break
    yield b"\n]}\n"


def _pictures(person: User, source: DataSource, who: Actor) -> Files:
    if source.owner_id != person.pk:
        return
    if source.thumbnail:
        yield from _picture(source.thumbnail.storage, source.thumbnail.name or "", source.public_id)
    storage = Reading._meta.get_field("photo").storage
    for public_id, name in photos(source, who):
        yield from _picture(storage, name, public_id)


def _picture(storage: Storage, name: str, public_id: UUID) -> Files:
    """A picture under the id of what it shows; one whose file was lost is left out."""
    if storage.exists(name):
        with storage.open(name) as file:
            yield f"pictures/{public_id}{PurePosixPath(name).suffix}", file.chunks()


def _path(person: User, source: DataSource) -> str:
    """Where the files of a source are, without their endings: no two have the same."""
    folder = OWN if source.owner_id == person.pk else SHARED
    return f"{folder}/{file_name(source.name, str(source.public_id)[-6:])}"

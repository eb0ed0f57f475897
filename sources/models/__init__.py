"""Homes, data sources and who has which rights on them. What a source measures lives in readings, above.

Foreign keys of household tables carry their ON DELETE in the database (migration 0002), because row-level security
hides rows from a cascade in Python; hence `db_constraint=False` and DO_NOTHING in these modules.
"""

from sources.models.grants import Grant, person_key
from sources.models.homes import Home, HomeMember
from sources.models.invitations import SourceInvitation
from sources.models.keys import ApiKey
from sources.models.parts import SourcePart
from sources.models.pictures import KeptPicture
from sources.models.rules import DataValidator, MeterChange
from sources.models.shares import SourceAccess
from sources.models.sources import Counting, DataSource, Rhythm

__all__ = [
    "ApiKey",
    "Counting",
    "DataSource",
    "DataValidator",
    "Grant",
    "Home",
    "HomeMember",
    "KeptPicture",
    "MeterChange",
    "Rhythm",
    "SourceAccess",
    "SourceInvitation",
    "SourcePart",
    "person_key",
]

"""SQL that is asked over and over with other values."""


class Fixed(str):
    """SQL whose text never changes: the server plans it once for each connection (homelog.postgresql), not each time.

    Values are sent beside it, so that it is one statement, and a `%s` needs a type that the server can tell: a cast
    where neither a column nor a function says so. Its columns are named (no `*`): a plan that is kept does not bear
    that another one is added, as a migration under a running site does.
    """

    __slots__ = ()

"""What is done to the log: a leaf for each act, then tiles and a signed checkpoint over them."""

from aquacert.certificates.log.commands.append import (
    Subject,
    append,
    append_many,
    await_others,
    entry_of,
    fold_scans,
    touch,
)
from aquacert.certificates.log.commands.cosign import keep_cosignature
from aquacert.certificates.log.commands.publish import prove, publish

__all__ = [
    "Subject",
    "append",
    "append_many",
    "await_others",
    "entry_of",
    "fold_scans",
    "keep_cosignature",
    "prove",
    "publish",
    "touch",
]

"""What sampling adds to a sample's chain of custody, before the laboratory sees it.

Whoever holds it is called the sampling side, official or hatchery alike: neither the chain nor
the box may tell the laboratory which of them sent it. Seal and sheet numbers go in as a digest.
"""

from __future__ import annotations

from aquacert.kernel.work import Work
from aquacert.sampling.models import AnySample, SampleDispatch
from aquacert.sampling.queries.sealed import private_of
from labs.custody.commands import note

HOLDER = "抽样方"


def note_taken(w: Work, row: AnySample) -> None:
    """Begin the chain: taken, then sealed."""
    private = private_of(row)
    public = {"individuals": str(row.individuals), "preservation": row.preservation}
    note(w, row.blind_code, "taken", public=public, private=private, holder=HOLDER)
    note(w, row.blind_code, "sealed", private=private, holder=HOLDER)


def note_sent(w: Work, row: AnySample, box: SampleDispatch) -> None:
    """Say that the sample was handed over and left, in which box and by what sort of carrier."""
    private = private_of(row) | {"waybill": box.waybill}
    public = {"box": box.box_number, "carrier": box.carrier}
    note(w, row.blind_code, "handed_over", public=public, private=private, holder=HOLDER)
    note(w, row.blind_code, "shipped", public=public, private=private, holder=HOLDER)

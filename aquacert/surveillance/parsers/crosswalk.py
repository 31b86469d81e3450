"""The curated table from a source's disease names to our catalogue: exact names, nothing fuzzy.

Known traps kept apart on purpose: viral haemorrhagic septicaemia and epizootic haematopoietic
necrosis have no row in our catalogue and map to nothing; AHPND is not NHP; Mikrocytos is not
Bonamia. (A shared key of another project has all four wrong.)
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aquacert.surveillance.rules.events import Realm, plain_name

TABLE = Path(__file__).parents[3] / "seed_data" / "feed_diseases.csv"


@dataclass(frozen=True)
class Mapped:
    """What a written disease name means: a code of the catalogue or None, and its realm."""

    realm: Realm
    disease_code: str | None


UNMAPPED = Mapped(Realm.UNMAPPED, None)


@cache
def crosswalk() -> Mapping[str, Mapped]:
    """Return the whole table by plain name (columns written, disease_code, realm, …)."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            plain_name(row["written"]): Mapped(Realm(row["realm"]), row["disease_code"] or None)
            for row in csv.DictReader(file)
        }


def mapped(written: str) -> Mapped:
    """Return what a disease name means; a name not in the table is unmapped and stays visible."""
    return crosswalk().get(plain_name(written), UNMAPPED)

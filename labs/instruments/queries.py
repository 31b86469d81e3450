"""A laboratory's own profiles, and what its files said of themselves."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.instruments.models import FileReading, LabProfile
from labs.instruments.parsers.shipped import shipped
from labs.instruments.rules.profiles import Profile, ProfileRow, profile_of


def profile_versions(look: Look, lab_id: UUID) -> Sequence[LabProfile]:
    """Return every version of a laboratory's profiles, newest first."""
    return look.scalars(
        select(LabProfile)
        .where(LabProfile.lab_id == lab_id)
        .order_by(LabProfile.code, LabProfile.version.desc())
    )


def live_profiles(look: Look, lab_id: UUID) -> list[LabProfile]:
    """Return the newest version of each profile that is not retired."""
    newest: dict[str, LabProfile] = {}
    for row in profile_versions(look, lab_id):
        newest.setdefault(row.code, row)
    return [row for row in newest.values() if not row.is_retired]


def profile_row(look: Look, lab_id: UUID, code: str) -> LabProfile | None:
    """Return the newest version of one profile, retired or not."""
    return look.one(
        select(LabProfile)
        .where(LabProfile.lab_id == lab_id, LabProfile.code == code)
        .order_by(LabProfile.version.desc())
    )


def read_by(row: LabProfile) -> Profile:
    """Return a kept profile ready to read with."""
    return profile_of(row.code, row.version, [ProfileRow(*each) for each in row.rows])


def profiles_for(look: Look, lab_id: UUID, label: str = "") -> tuple[Profile, ...]:
    """Return the laboratory's profiles in use; with `label` only the version of that name, also when newer ones stand.

    The shipped profiles come after them by themselves.
    """
    if not label:
        return tuple(read_by(row) for row in live_profiles(look, lab_id))
    if label in {profile.label for profile in shipped()}:
        return ()
    rows = [read_by(row) for row in profile_versions(look, lab_id)]
    return tuple(profile for profile in rows if profile.label == label)


def profile_makers(look: Look, file_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return who made the profile that each file was read by; nobody for a shipped one.

    Which words mean “no Cq” stands in the profile: whoever wrote it had a hand in every negative read by it.
    """
    wanted = select(FileReading).where(FileReading.file_id.in_(list(file_ids)))
    read = [row for row in look.scalars(wanted) if row.profile] if file_ids else []
    labs = {row.lab_id for row in read}
    kept = look.scalars(select(LabProfile).where(LabProfile.lab_id.in_(labs))) if read else []
    made = {(row.lab_id, f"{row.code} v{row.version}"): row.made_by_id for row in kept}
    found = {row.file_id: made.get((row.lab_id, row.profile)) for row in read}
    return {file_id: person for file_id, person in found.items() if person is not None}


def reading_of(look: Look, file_id: UUID) -> FileReading | None:
    """Return how a file was read; None for files from before this was kept."""
    return look.one(select(FileReading).where(FileReading.file_id == file_id))


def readings_of_series(look: Look, lab_id: UUID, series: str) -> Sequence[FileReading]:
    """Return what a laboratory's files of one run said of themselves."""
    if not series:
        return []
    return look.scalars(
        select(FileReading).where(FileReading.lab_id == lab_id, FileReading.series == series)
    )

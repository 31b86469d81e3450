"""What follows from records once they are written: samples become events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from aquacert.kernel.work import Work
from aquacert.surveillance.commands.samples import project_samples
from aquacert.surveillance.parsers.shape import Kind

Projection = Callable[[Work, Sequence[UUID]], None]
PROJECTIONS: Mapping[Kind, Projection] = {Kind.SAMPLE: project_samples}
"""By kind: told which records were made or changed, in the same transaction."""

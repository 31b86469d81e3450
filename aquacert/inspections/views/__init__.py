"""HTML doors of the inspections: the vet's visits and what follows a failed batch."""

from aquacert.inspections.views import treatment, visits
from aquacert.inspections.views.blueprint import bp

__all__ = ["bp", "treatment", "visits"]

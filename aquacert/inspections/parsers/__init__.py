"""What comes from outside: photographs from the field, checklists from the procedures."""

from aquacert.inspections.parsers.checklists import checklist
from aquacert.inspections.parsers.pictures import Picture, read_picture

__all__ = ["Picture", "checklist", "read_picture"]

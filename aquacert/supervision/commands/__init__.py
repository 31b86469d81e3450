"""Acts of supervision: check the audit chains, archive a whole case."""

from aquacert.supervision.commands.case import ask_case, make_case, take_case
from aquacert.supervision.commands.chains import check_chains

__all__ = ["ask_case", "check_chains", "make_case", "take_case"]

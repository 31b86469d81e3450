"""What may change here: loading the published tables, and adopting an unverified rule."""

from aquacert.reference.commands.adopt import RuleAdopted, adopt_rule
from aquacert.reference.commands.seed import ReferenceLoaded, load_seed

__all__ = ["ReferenceLoaded", "RuleAdopted", "adopt_rule", "load_seed"]

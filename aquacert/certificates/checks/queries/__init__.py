"""What may be asked of the check: is this certificate in doubt; what did the last run find."""

from aquacert.certificates.checks.queries.rows import in_doubt

__all__ = ["in_doubt"]

"""The chain of custody: append-only and hash-linked from taking to destruction."""

"""The demo: the main job end to end on real reference data, with fictional bodies.

Every step goes through the same commands that the pages use. The story runs on a clock of its own
that starts four days back, so that the statutory lead time holds and issuing is now.
"""

from aquacert.demo.run import run

__all__ = ["run"]

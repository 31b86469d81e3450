"""HTML doors of the declarations: the owner's phone pages and the office's desk pages."""

from aquacert.declarations.views import desk, materials, office, owner, papers
from aquacert.declarations.views.blueprint import bp, prepare

__all__ = ["bp", "desk", "materials", "office", "owner", "papers", "prepare"]

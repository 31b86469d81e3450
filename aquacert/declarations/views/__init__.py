"""HTML doors of the declarations: the owner's phone pages and the office's desk pages."""

from aquacert.declarations.views import calls, desk, materials, office, owner, papers, proxy
from aquacert.declarations.views.blueprint import bp, prepare

__all__ = ["bp", "calls", "desk", "materials", "office", "owner", "papers", "prepare", "proxy"]

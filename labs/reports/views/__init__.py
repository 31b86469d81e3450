"""Doors of the reports: what can be authorised, reports and their files, their endings, and the public page."""

from labs.reports.views import data, drafts, ending, show
from labs.reports.views.blueprint import bp
from labs.reports.views.counts import counts, prepare

__all__ = ["bp", "counts", "data", "drafts", "ending", "prepare", "show"]

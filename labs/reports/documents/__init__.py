"""A report's documents: the signed PDF and the .docx, both from the same facts."""

from labs.reports.documents.docx import docx_of
from labs.reports.documents.facts import Facts, Mark
from labs.reports.documents.pdf import pdf_of, signed_pdf, texts_of

__all__ = ["Facts", "Mark", "docx_of", "pdf_of", "signed_pdf", "texts_of"]

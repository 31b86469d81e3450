"""Renderings of a signed record: PDF, .docx. Facts in, bytes out."""

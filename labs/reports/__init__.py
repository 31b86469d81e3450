"""Authorised, signed test reports, and their withdrawal or amendment."""

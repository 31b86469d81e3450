"""Worksheets and plate maps: what goes into which well."""

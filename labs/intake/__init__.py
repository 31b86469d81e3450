"""Consignments announced and received: items known by their blind code only."""

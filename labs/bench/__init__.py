"""Runs, controls, entered results and their review by a second person."""

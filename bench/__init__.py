"""Measures: our way against a named floor, interleaved in one run on one machine."""

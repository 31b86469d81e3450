"""Readers of instrument files (RDML, QuantStudio, mapped CSV) into frozen rows."""

"""Hatcheries (苗种场): registration, licences, ponds and the stock ledger every certificate debits."""

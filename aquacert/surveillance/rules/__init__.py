"""Pure rules of surveillance: reports folded to events, what acts, zones, the sketch."""

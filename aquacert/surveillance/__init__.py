"""Disease events that come from outside, the zones they make, and what a zone blocks (监测 · 疫区)."""

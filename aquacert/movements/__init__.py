"""Departure, checkpoints, arrival and tracing of what a certificate lets travel (启运 · 到达)."""

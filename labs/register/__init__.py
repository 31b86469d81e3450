"""Designated laboratories, what each may test (disease × method × dates), capacity and proficiency."""

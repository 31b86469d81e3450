"""Recalls by question: all that a question hits is suspended at once, recalled by a second person."""

"""The ground every room stands on: clock, errors, permissions, database, one unit of work, one trail.

Knows no room and no web framework.
"""

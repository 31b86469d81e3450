"""What every room stands on: settings, clock, errors, databases, look and work, trail, outbox.

Knows no room and no web.
"""

"""What anyone with a phone may ask of a certificate.

Reads only: no session, no cookie, no personal data.
"""

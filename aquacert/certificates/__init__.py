"""The quarantine certificate (检疫证明): readiness, number, canonical record, signature, status.

Never updated: a certificate is void, replaced, suspended or recalled.
"""

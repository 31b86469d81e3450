"""The demonstration: one real piece of work, from registration to a scanned certificate.

Fictional bodies only; every document it makes is marked 演示样张·无效.
"""

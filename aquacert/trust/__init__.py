"""Keys, signatures and proofs: pure, without Flask and without a database.

The only room that imports cryptography, pyhanko or an SM2 library.
"""

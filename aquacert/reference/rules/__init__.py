"""What may be written in a box: codes, phones, plates, quantities, numerals, dates and deadlines.

Every parser forgives how a thing is typed (full-width digits, spaces, a country code) and refuses
what cannot be right with `Invalid`, whose sentence says what would be right.
"""

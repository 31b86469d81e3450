"""Where a certificate was looked at, as coarsely as still shows a copied code: county and hour."""

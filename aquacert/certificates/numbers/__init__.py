"""Certificate number segments (号段) and the ledger in which every number is spent once."""

"""What must hold before, in and after a certificate. Pure: no database, no clock, no key."""

"""From a ready load to a published, signed certificate: reserve, record, intend, sign, verify, publish."""

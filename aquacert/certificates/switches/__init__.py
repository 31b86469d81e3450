"""The stop switch: no certificate is issued in a county, or anywhere, until somebody resumes it."""

"""What people bring to be checked, read into codes: PDF, pictures, lists, archives."""

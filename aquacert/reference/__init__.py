"""What the law and the country publish: divisions, species, diseases, methods and dated rules."""

"""How somebody says what the columns of a file are: fields, guesses, days, the mapping itself."""

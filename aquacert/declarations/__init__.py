"""Online declaration (申报) of batches and loads, and what the office answers: accept, supplement, refuse."""

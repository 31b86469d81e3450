"""Other provinces' trust lists, and the judgement of a code that was issued elsewhere."""

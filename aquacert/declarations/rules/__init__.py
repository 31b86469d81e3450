"""Rules of a declaration, pure: states, answers, plan of batches and loads, clocks, checks."""

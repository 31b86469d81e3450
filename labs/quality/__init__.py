"""Control charts: Levey-Jennings and Westgard on what the controls gave."""

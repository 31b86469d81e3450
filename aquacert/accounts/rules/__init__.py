"""What accounts may hold and do: pure questions with plain answers, no table and no clock."""

"""Statistics, anomalies, credit and exports for supervisors: reads every room, writes only standing."""

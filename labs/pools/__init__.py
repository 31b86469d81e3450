"""Pools, pools of pools, and what a pool's result says of its members."""

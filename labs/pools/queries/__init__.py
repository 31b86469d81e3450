"""Questions about pools: what may be pooled, what became of a pool, and what it says of its members."""

from labs.pools.queries.choice import Group, candidates, groups
from labs.pools.queries.limits import limit_for, limits_of, may_use
from labs.pools.queries.tree import (
    Node,
    PoolLine,
    by_pool,
    cost_of,
    leaves,
    live_result,
    members_of,
    note_of,
    pools,
    reported_members,
    resting_on,
    splitting,
    tree,
    words_of,
)

__all__ = [
    "Group",
    "Node",
    "PoolLine",
    "by_pool",
    "candidates",
    "cost_of",
    "groups",
    "leaves",
    "limit_for",
    "limits_of",
    "live_result",
    "may_use",
    "members_of",
    "note_of",
    "pools",
    "reported_members",
    "resting_on",
    "splitting",
    "tree",
    "words_of",
]

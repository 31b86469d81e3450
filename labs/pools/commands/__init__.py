"""What is done with pools: made, settled by their result, given up, taken back."""

from labs.pools.commands.limits import set_pool_limit
from labs.pools.commands.making import make_pool
from labs.pools.commands.settling import dissolve_pool, retract_pool, settle_pool

__all__ = ["dissolve_pool", "make_pool", "retract_pool", "set_pool_limit", "settle_pool"]

"""What may be done about trust: publish our own list, pin other provinces, take in their lists."""

from aquacert.certificates.peers.commands.fetch import refresh_peers, visit
from aquacert.certificates.peers.commands.importing import Step, import_list
from aquacert.certificates.peers.commands.pinning import confirm, pin_digest, propose, withdraw
from aquacert.certificates.peers.commands.publish import next_draft, publish, renew
from aquacert.certificates.peers.commands.roots import make_demo_roots, pinned_roots, set_roots

__all__ = [
    "Step",
    "confirm",
    "import_list",
    "make_demo_roots",
    "next_draft",
    "pin_digest",
    "pinned_roots",
    "propose",
    "publish",
    "refresh_peers",
    "renew",
    "set_roots",
    "visit",
    "withdraw",
]

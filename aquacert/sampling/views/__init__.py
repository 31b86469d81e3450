"""HTML doors of sampling: lists and dispatch, the vet at the pond, labels, papers, self-tests, the plan."""

from aquacert.sampling.views import annexes, desk, labels, own, papers, plan, take
from aquacert.sampling.views.blueprint import bp

__all__ = ["annexes", "bp", "desk", "labels", "own", "papers", "plan", "take"]

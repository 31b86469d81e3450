"""Tables of sampling. Here the blind code meets the farm, and only here."""

from aquacert.sampling.models.labels import LabelPrint, LabelSheet, SampleLabel
from aquacert.sampling.models.own import SampleDispatch, SelfTest
from aquacert.sampling.models.plans import PlanSample
from aquacert.sampling.models.samples import OrderedTest, Sample, SampleAnnex, SamplingPlan

AnySample = Sample | SelfTest | PlanSample
"""Whatever travels in a box under a blind code."""

__all__ = [
    "AnySample",
    "LabelPrint",
    "LabelSheet",
    "OrderedTest",
    "PlanSample",
    "Sample",
    "SampleAnnex",
    "SampleDispatch",
    "SampleLabel",
    "SamplingPlan",
    "SelfTest",
]

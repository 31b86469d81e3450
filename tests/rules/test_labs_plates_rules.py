"""A plate filled column by column, with its controls at the end."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.instruments.rules import Role
from labs.plates.rules import Unplaceable, Wanted, capacity, filled, wells
from labs.register.rules.demands import Demands

DESIGN = Demands(replicates=2, ntc=2, nec=2, positive=2, lpc=2, lpc_max=Decimal(35))


def labels(layout, *names):
    return [layout[name].label for name in names]


def test_samples_go_down_the_columns_and_controls_into_the_last():
    layout = filled(96, [Wanted(f"S{n}", 2) for n in range(1, 44)], DESIGN)
    assert labels(layout, "A1", "B1", "C1", "H1", "A2") == ["S1", "S1", "S2", "S4", "S5"]
    assert labels(layout, *(f"{row}12" for row in "ABCDEFGH")) == [
        *("NTC", "NTC", "NEC", "NEC", "LPC", "LPC", "PC", "PC")
    ]
    assert (layout["F11"].label, "G11" in layout, "H11" in layout) == ("S43", False, False)


def test_a_plate_says_how_many_samples_it_holds():
    assert capacity(96, DESIGN) == 44
    assert capacity(384, DESIGN) == 184
    assert capacity(96, Demands()) == 88


@pytest.mark.parametrize("samples", [[], [Wanted("S", 2)] * 45])
def test_nothing_and_too_much_are_refused(samples):
    with pytest.raises(Unplaceable):
        filled(96, samples, DESIGN)


@given(
    st.sampled_from([96, 384]),
    st.lists(st.integers(1, 4), min_size=1, max_size=30),
    st.integers(0, 9),
)
def test_no_well_is_used_twice_and_every_sample_has_all_its_wells(size, wanted, controls):
    demands = Demands(ntc=controls, nec=controls)
    samples = [Wanted(str(n), count) for n, count in enumerate(wanted)]
    try:
        layout = filled(size, samples, demands)
    except Unplaceable:
        return
    assert set(layout) <= set(wells(size))
    placed = [slot.sample for slot in layout.values() if slot.role is Role.UNKNOWN]
    assert [placed.count(n) for n in range(len(wanted))] == wanted
    assert len(layout) - len(placed) == max(controls, 1) + controls + 1

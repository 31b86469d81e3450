"""Where everything of a Levey-Jennings chart is drawn: places in a box, worked out on the server. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from labs.quality.rules.charts import Series, Value

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 74, 14, 34
SHOWN = 60
"""Runs on one chart: the last ones."""
REACH = 4.0
"""The axis ends this many SD from the mean; what lies beyond is drawn at the edge and says its value."""


@dataclass(frozen=True, slots=True)
class Line:
    """A level line: its place, what it is called, and the Cq it stands for."""

    y: float
    name: str
    cq: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value: its place, how it is to look, and its words."""

    x: float
    y: float
    kind: str
    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything a chart's template needs."""

    width: int
    height: int
    left: int
    right: int
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    path: str
    days: tuple[tuple[float, str], ...]
    begins: float | None = None
    """Where judging begins: left of it stand the runs that gave mean and SD."""
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def drawn(series: Series) -> Drawing:
    """Return the drawing of a series' last runs."""
    values = series.values[-SHOWN:]
    low, high = _range(series, values)
    step = (WIDTH - LEFT - RIGHT) / max(len(values), 1)

    def y_of(cq: float) -> float:
        share = (min(max(cq, low), high) - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    places = [round(LEFT + step * (number + 0.5), 1) for number in range(len(values))]
    dots = tuple(
        _dot(x, HEIGHT - BOTTOM if value.cq is None else y_of(value.cq), value)
        for x, value in zip(places, values, strict=True)
    )
    points = [f"{dot.x},{dot.y}" for dot, v in zip(dots, values, strict=True) if v.cq is not None]
    every = max(1, -(-len(values) // 8))
    days = [(x, f"{v.on:%m-%d}") for x, v in zip(places, values, strict=True)]
    lines = tuple(Line(y_of(cq), name, f"{cq:.2f}", kind) for cq, name, kind in _levels(series))
    path = "M" + "L".join(points) if points else ""
    hidden = len(series.values) - len(values)
    begins = round(LEFT + step * (series.learnt - hidden), 1) if series.learnt > hidden else None
    return Drawing(
        WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, lines, dots, path, tuple(days[::every]), begins
    )


def _range(series: Series, values: Sequence[Value]) -> tuple[float, float]:
    """Return the lowest and highest Cq of the axis."""
    if series.target is not None:
        reach = REACH * series.target.sd
        return series.target.mean - reach, series.target.mean + reach
    seen = [value.cq for value in values if value.cq is not None]
    if not seen:
        return 0.0, 1.0
    room = max((max(seen) - min(seen)) * 0.2, 0.5)
    return min(seen) - room, max(seen) + room


def _levels(series: Series) -> list[tuple[float, str, str]]:
    """Return the levels to draw: mean and ±1, 2, 3 SD."""
    if series.target is None:
        return []
    mean, sd = series.target.mean, series.target.sd
    around = [(mean + n * sd, f"{n:+d}SD", f"sd{abs(n)}") for n in (3, 2, 1, -1, -2, -3)]
    return [*around[:3], (mean, "均值", "mean"), *around[3:]]


def _dot(x: float, y: float, value: Value) -> Dot:
    """Return a value's dot: its form tells what it means, never its colour alone."""
    kind = "bad" if value.is_rejected else "warn" if value.broken else "good"
    mark = " ".join(
        {"no_value": "无 Cq", "blank_came_up": "有 Cq"}.get(rule.value, rule.value)
        for rule in value.broken
    )
    cq = "无" if value.cq is None else f"{value.cq:.2f}"
    z = "" if value.z is None else f" z={value.z:+.1f}"
    return Dot(x, y, kind, mark, f"{value.run_number} {value.on} Cq {cq}{z} {mark}".strip())

"""Curves as pictures: one or more lines over two axes, in SVG that reads on light and on dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 40, 48
_COLOURS = ("#2f81f7", "#d29922", "#3fb950", "#db61a2")
_INK = "#808890"
_STEPS = 4

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Points that belong together."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Plot:
    """Curves over one pair of axes; the horizontal one may be logarithmic."""

    file: str
    title: str
    across: str
    up: str
    curves: Sequence[Curve]
    is_logarithmic: bool = False


def svg(plot: Plot) -> str:
    """Draw it."""
    axes = _Axes(plot)
    body = [
        _text(_LEFT, 22, plot.title, size=15),
        *axes.grid(),
        *(axes.line(curve, _COLOURS[n]) for n, curve in enumerate(plot.curves)),
        *(_legend(n, curve.name) for n, curve in enumerate(plot.curves)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' font-family="sans-serif" role="img" aria-label="{plot.title}">\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


class _Axes:
    """Where points lie on the picture."""

    def __init__(self, plot: Plot) -> None:
        points = [point for curve in plot.curves for point in curve.points]
        self._plot = plot
        self._marks = sorted({x for x, _ in points})
        self._top = _round_up(max(y for _, y in points))

    def grid(self) -> list[str]:
        """Draw the axes, their marks and their words."""
        rights = _WIDTH - _RIGHT
        marks = [self._top * step / _STEPS for step in range(_STEPS + 1)]
        return [
            *(_rule(_LEFT, self._y(mark), rights, self._y(mark)) for mark in marks),
            *(_text(_LEFT - 6, self._y(mark) + 4, f"{mark:g}", anchor="end") for mark in marks),
            *(
                _text(self._x(mark), _HEIGHT - _BOTTOM + 16, f"{mark:,g}", anchor="middle")
                for mark in self._spaced()
            ),
            _text((_LEFT + rights) / 2, _HEIGHT - 10, self._plot.across, anchor="middle"),
            _text(_LEFT, _TOP - 5, self._plot.up),
        ]

    def line(self, curve: Curve, colour: str) -> str:
        """Draw a curve, with a dot for every point that was measured."""
        places = [(self._x(x), self._y(y)) for x, y in curve.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dots = "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places
        )
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'

    def _spaced(self) -> list[float]:
        """Leave out marks that would lie upon another."""
        spaced: list[float] = []
        for mark in self._marks:
            if not spaced or self._x(mark) - self._x(spaced[-1]) > 28:  # noqa: PLR2004  # a number's width
                spaced.append(mark)
        return spaced

    def _x(self, value: float) -> float:
        first, last, at = (self._scaled(x) for x in (self._marks[0], self._marks[-1], value))
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (at - first) / ((last - first) or 1)

    def _scaled(self, value: float) -> float:
        return log10(value) if self._plot.is_logarithmic else value

    def _y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / self._top


def _round_up(value: float) -> float:
    step = 10.0 ** floor(log10(value or 1))
    return next(step * n for n in (1, 2, 4, 6, 8, 10) if step * n >= value)


def _legend(number: int, name: str) -> str:
    x, y = _WIDTH - _RIGHT + 14, _TOP + 10 + number * 20
    dot = f'<circle cx="{x}" cy="{y - 4}" r="4" fill="{_COLOURS[number]}"/>'
    return dot + _text(x + 10, y, name)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{_INK}" stroke-opacity="0.3"/>'


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{_INK}">{words}</text>'

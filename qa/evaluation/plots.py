"""The plots of a report as inline SVG, written as plain text: risk and coverage, calibration, latency.

Colours are the variables of the page (``report.css``), so that a plot follows it into the dark.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.evaluation.metrics import mean, percentile
from qa.markup import escape

_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 14, 24, 40
_BINS = 10
_CAP = 20  # bars of the latency plot


def risk_coverage_plot(confidences: Sequence[float], values: Sequence[float]) -> str:
    """Return the mean value of the surest answers over the share of them taken, the surest first."""
    ranked = [value for _, value in sorted(zip(confidences, values, strict=True), key=lambda pair: -pair[0])]
    if len(ranked) < 2:
        return _too_few()
    points, total = [], 0.0
    for count, value in enumerate(ranked, 1):
        total += value
        points.append((count / len(ranked), total / count))
    line = "M" + "L".join(f"{_x(share):.1f} {_y(reached):.1f}" for share, reached in points)
    dots = "".join(
        f'<circle cx="{_x(share):.1f}" cy="{_y(reached):.1f}" r="2.5"><title>'
        f"most confident {100 * share:.0f} %: F1 {reached:.2f}</title></circle>"
        for share, reached in points
    )
    body = f'<path class="line" d="{line}"/><g class="dots">{dots if len(points) <= 80 else ""}</g>'
    told = f"F1 of the most confident half {points[(len(points) - 1) // 2][1]:.2f}, of all {points[-1][1]:.2f}"
    return _frame(body, "share of answers, most confident first", "F1", told)


def calibration_plot(confidences: Sequence[float], right: Sequence[bool]) -> str:
    """Return the share of right answers over how sure they were, in bins of equal width; the diagonal is perfect."""
    if not confidences:
        return _too_few()
    bars, widest = [], 0
    bins: list[list[bool]] = [[] for _ in range(_BINS)]
    for confidence, one in zip(confidences, right, strict=True):
        bins[min(_BINS - 1, max(0, int(confidence * _BINS)))].append(one)
    widest = max(map(len, bins))
    for number, members in enumerate(bins):
        if not members:
            continue
        share, low, high = mean([float(one) for one in members]), number / _BINS, (number + 1) / _BINS
        # Fainter where few answers stand behind it.
        weight = 0.35 + 0.65 * len(members) / widest
        bars.append(
            f'<rect class="bar" x="{_x(low) + 1:.1f}" y="{min(_y(share), _y(0) - 2):.1f}" '
            f'width="{_x(high) - _x(low) - 2:.1f}" height="{max(2.0, _y(0) - _y(share)):.1f}" opacity="{weight:.2f}">'
            f"<title>confidence {low:.1f} to {high:.1f}: {sum(members)} of {len(members)} right</title></rect>"
            f'<text class="count" x="{(_x(low) + _x(high)) / 2:.1f}" y="{min(_y(share), _y(0) - 2) - 4:.1f}">'
            f"{len(members)}</text>"
        )
    diagonal = f'<path class="guide" d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}"/>'
    told = f"{sum(right)} of {len(right)} right, mean confidence {mean(confidences):.2f}"
    return _frame("".join(bars) + diagonal, "confidence", "share right (count above)", told)


def latency_plot(milliseconds: Sequence[float]) -> str:
    """Return how many answers took how long, with the median and the 95th percentile marked."""
    if not milliseconds:
        return _too_few()
    middle, late = percentile(milliseconds, 0.5), percentile(milliseconds, 0.95)
    # A single slow answer must not press all others into one bar; it is counted in the last.
    step = _round_step(max(1.2 * late, middle, 1.0) / _CAP)
    top = step * _CAP
    counts = [0] * _CAP
    for value in milliseconds:
        counts[min(_CAP - 1, int(value / step))] += 1
    most = max(counts)
    width = _x(1 / _CAP) - _x(0) - 1
    bars = "".join(
        f'<rect class="bar" x="{_x(n / _CAP) + 0.5:.1f}" y="{_y(count / most):.1f}" width="{width:.1f}" '
        f'height="{_y(0) - _y(count / most):.1f}"><title>{n * step:g} to {(n + 1) * step:g} ms'
        f"{' or more' if n == _CAP - 1 else ''}: {count}</title></rect>"
        for n, count in enumerate(counts)
        if count
    )
    marks = ""
    for name, value in (("p50", middle), ("p95", late)):
        x = _x(min(1.0, value / top))
        # Above the bars, each on its own side, so that the two labels never meet.
        anchor, shift = ("start", 0) if name == "p95" else ("end", -4) if x > _LEFT + 70 else ("start", 0)
        if name == "p95" and late - middle < 0.25 * top and x > _LEFT + 70:
            shift = 4
        marks += (
            f'<path class="guide" d="M{x:.1f} {_y(0):.1f}L{x:.1f} {_y(1):.1f}"/>'
            f'<text class="mark" x="{x + shift:.1f}" y="{_y(1) - 6:.1f}" text-anchor="{anchor}">'
            f"{name} {value:.0f}</text>"
        )
    ticks = [(share, f"{share * top:g}") for share in (0, 0.25, 0.5, 0.75, 1)]
    heights = [(0.0, "0"), (1.0, str(most))]
    return _frame(bars + marks, "milliseconds", "answers", f"p50 {middle:.0f} ms, p95 {late:.0f} ms", ticks, heights)


def _round_step(least: float) -> float:
    for power in range(-1, 7):
        for digit in (1, 2, 5):
            if (step := digit * 10.0**power) >= least:
                return step
    return least


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


_UNIT = [(share / 4, f"{share / 4:g}") for share in range(5)]


def _frame(
    body: str,
    across: str,
    up: str,
    told: str,
    ticks: Sequence[tuple[float, str]] = _UNIT,
    heights: Sequence[tuple[float, str]] = _UNIT,
) -> str:
    """Return the plot with its axes; ``told``: what it says, for whoever cannot see it."""
    grid = "".join(
        f'<path class="grid" d="M{_x(0)} {_y(at):.1f}H{_x(1)}"/>'
        f'<text class="tick" x="{_LEFT - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">{label}</text>'
        for at, label in heights
    ) + "".join(
        f'<text class="tick" x="{_x(at):.1f}" y="{_y(0) + 16:.1f}" '
        f'text-anchor="{"end" if at == 1 else "middle"}">{label}</text>'
        for at, label in ticks
    )
    middle = (_y(0) + _y(1)) / 2
    names = (
        f'<text class="axis" x="{(_x(0) + _x(1)) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>'
        f'<text class="axis" transform="translate(11 {middle}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(told)}">{grid}{body}{names}</svg>'
        f'<p class="told">{escape(told)}</p>'
    )


def _too_few() -> str:
    return '<p class="told">Too few answers to plot.</p>'

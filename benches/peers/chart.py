"""A chart of lines on two logarithmic axes as SVG, named at their ends; nothing but text is needed to draw it."""

from html import escape
from math import floor, log10

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 200, 56, 50
# Told apart also without colours (Okabe and Ito), and by the names at the ends of the lines.
COLOURS = ["#0072b2", "#444444", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]


def number(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def drawn(title, across, up, lines):
    """`lines`: for each name its points, ascending."""
    points = [point for line in lines.values() for point in line]
    least, greatest = (floor(log10(min(y for _, y in points))), floor(log10(max(y for _, y in points))) + 1)
    first, last = (log10(pick(x for x, _ in points)) for pick in (min, max))
    def left(x):
        return LEFT + (log10(x) - first) / (last - first or 1) * (WIDTH - LEFT - RIGHT)

    def top(y):
        return HEIGHT - BOTTOM - (log10(y) - least) / (greatest - least) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="16" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
        f'<text x="16" y="44" fill="#444444">{escape(up)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle" fill="#444444">'
        f"{escape(across)}</text>",
    ]
    for exponent in range(least, greatest + 1):
        y = top(10**exponent)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(10**exponent)}</text>')
    for x in sorted({x for x, _ in points}):
        parts.append(f'<path d="M{left(x):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eeeeee"/>')
        parts.append(f'<text x="{left(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{number(x)}</text>')
    # Names stand beside the ends, pushed apart where these are close.
    ends = sorted((top(line[-1][1]), name) for name, line in lines.items())
    places, lowest = {}, TOP - 16
    for y, name in ends:
        lowest = places[name] = max(y, lowest + 16)
    for colour, (name, line) in zip(COLOURS, lines.items()):
        path = "L".join(f"{left(x):.1f} {top(y):.1f}" for x, y in line)
        width = 3 if name == "Ensue" else 1.5
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        parts += [f'<circle cx="{left(x):.1f}" cy="{top(y):.1f}" r="3" fill="{colour}"/>' for x, y in line]
        x, y = line[-1]
        parts.append(f'<path d="M{left(x) + 4:.1f} {top(y):.1f}L{WIDTH - RIGHT + 14} {places[name]:.1f}" '
                     f'stroke="{colour}" stroke-width="0.7"/>')
        bold = ' font-weight="bold"' if name == "Ensue" else ""
        parts.append(f'<text x="{WIDTH - RIGHT + 18}" y="{places[name] + 4:.1f}" fill="{colour}"{bold}>'
                     f"{escape(name)}, {f'{y:,.0f}' if y >= 10 else f'{y:.1f}'}</text>")
    return "\n".join([*parts, "</svg>", ""])

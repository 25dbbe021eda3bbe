"""Plots as SVG, without a library."""

from html import escape

ROW = 26
LEFT = 360
WIDTH = 900
SPACE = 60


def bars(title: str, rows: list[tuple]) -> str:
    """A bar for each row: its ratio to the first, and where it may end."""
    longest = max(max(ratio, target or 0) for _, ratio, target, *_ in rows)
    scale = (WIDTH - LEFT - SPACE) / longest
    height = ROW * (len(rows) + 2)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="8" y="{ROW - 8}" font-size="12" fill="#555">Processor time for each request, in times of the metadata '
        "document. The line is the most it may be.</text>",
    ]
    for number, (name, ratio, target, *_) in enumerate(rows, 1):
        y = number * ROW
        end = ratio * scale
        beside = max(ratio, target or 0) * scale
        colour = "#b5452c" if target and ratio > target else "#2f6f9f"
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        drawn.append(f'<rect x="{LEFT}" y="{y + 3}" width="{end:.1f}" height="{ROW - 8}" fill="{colour}"/>')
        drawn.append(f'<text x="{LEFT + beside + 5:.1f}" y="{y + 16}">{ratio:.2f}</text>')
        if target:
            x = LEFT + target * scale
            drawn.append(f'<path d="M{x:.1f} {y}V{y + ROW - 2}" stroke="black" stroke-width="2"/>')
    drawn.append(f'<text x="8" y="{height - 8}" font-size="11" fill="#555">{escape(title)}</text>')
    return "\n".join([*drawn, "</svg>", ""])

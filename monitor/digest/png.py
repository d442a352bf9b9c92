"""A chart as PNG, for mails: what `svg` draws, with the font that ships beside it and no other."""

from importlib.resources import as_file, files

import resvg_py

FONT, FAMILY = "NotoSansSC-GB2312.ttf", "Noto Sans SC"
ZOOM = 2  # pixels per pixel of the page, for screens that have them


def png(svg: str) -> bytes:
    """The same SVG gives the same bytes on every machine: fonts of the system are not asked."""
    with as_file(files("monitor").joinpath("web", "static", "vendor", FONT)) as font:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                background="#ffffff",
                zoom=ZOOM,
                skip_system_fonts=True,
                font_files=[str(font)],
                font_family=FAMILY,
                sans_serif_family=FAMILY,
            )
        )

"""Make the font that charts in mails are drawn with: `make chart-font`, or `python -m tools.chart_font WHEEL`.

Without a Chinese font the drawing library leaves all text out and says nothing. WHEEL is a wheel of
justmytype-intl-cjk, which carries Noto Sans SC (OFL); the result holds ASCII and the signs of GB2312, one weight.
"""

import io
import sys
import zipfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).parents[1] / "monitor" / "web" / "static" / "vendor"
INSIDE = "justmytype_intl_cjk/fonts/ofl/notosanssc/"
WEIGHT = 400


def gb2312() -> str:
    """Every sign of GB2312, in its order."""
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", "ignore") for pair in pairs)


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        font = TTFont(io.BytesIO(archive.read(f"{INSIDE}NotoSansSC[wght].ttf")), recalcTimestamp=False)
        licence = archive.read(f"{INSIDE}OFL.txt")
    font = instantiateVariableFont(font, {"wght": WEIGHT})
    options = Options(layout_features=[], hinting=False, desubroutinize=True, name_IDs=["*"])
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(map(chr, range(0x20, 0x7F))) + "–—“”×≥·…" + gb2312())
    subsetter.subset(font)
    font.save(FOLDER / "NotoSansSC-GB2312.ttf")
    (FOLDER / "NotoSansSC-LICENSE.txt").write_bytes(licence)


if __name__ == "__main__":
    main(sys.argv[1])

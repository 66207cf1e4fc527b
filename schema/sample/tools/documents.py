"""The two PDF files: a folded leaflet and a training handout, with embedded fonts and real text."""

import re

from reportlab import rl_config
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, PageTemplate, Paragraph, Spacer, Table, TableStyle

rl_config.invariant = 1  # same bytes on every run
rl_config.canvas_basefontname = "Noto"  # otherwise every page names Helvetica, which is not embedded
FONTS = "/usr/share/fonts/truetype/noto/"
pdfmetrics.registerFont(TTFont("Noto", FONTS + "NotoSans-Regular.ttf"))
pdfmetrics.registerFont(TTFont("Noto-Bold", FONTS + "NotoSans-Bold.ttf"))
pdfmetrics.registerFontFamily("Noto", normal="Noto", bold="Noto-Bold", italic="Noto", boldItalic="Noto-Bold")

INK = HexColor("#1d2b36")
BLUE = HexColor("#123c69")
RED = HexColor("#a3201f")
SAND = HexColor("#f6efe2")

STYLES = {
    "title": ParagraphStyle("title", fontName="Noto-Bold", fontSize=20, leading=26, textColor=BLUE, spaceAfter=8),
    "cover": ParagraphStyle("cover", fontName="Noto-Bold", fontSize=24, leading=31, textColor=white, alignment=TA_CENTER, spaceAfter=12),
    "lead": ParagraphStyle("lead", fontName="Noto", fontSize=12, leading=17, textColor=white, alignment=TA_CENTER),
    "heading": ParagraphStyle("heading", fontName="Noto-Bold", fontSize=14, leading=19, textColor=RED, spaceBefore=9, spaceAfter=4),
    "text": ParagraphStyle("text", fontName="Noto", fontSize=12, leading=17, textColor=INK, spaceAfter=5),
    "point": ParagraphStyle("point", fontName="Noto", fontSize=12, leading=17, textColor=INK, leftIndent=12, bulletIndent=2, bulletFontName="Noto", spaceAfter=3),
    "cell": ParagraphStyle("cell", fontName="Noto", fontSize=9.5, leading=13, textColor=INK),
}


def flow(blocks):
    """Blocks are (style, text); `point` gets a bullet, `break` goes to the next frame, `table` holds rows."""
    for style, content in blocks:
        if style == "break":
            yield FrameBreak()
        elif style == "space":
            yield Spacer(1, float(content) * mm)
        elif style == "table":
            yield table(content)
        else:
            yield Paragraph(content, STYLES[style], bulletText="•" if style == "point" else None)


def table(rows):
    cells = [[Paragraph(f"<b>{cell}</b>" if not number else cell, STYLES["cell"]) for cell in row] for number, row in enumerate(rows)]
    made = Table(cells, colWidths=[38 * mm, 62 * mm, 70 * mm], repeatRows=1)
    made.setStyle(TableStyle([
        ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#b9c3cc")), ("BACKGROUND", (0, 0), (-1, 0), SAND),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 4), ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]))
    return made


def leaflet(path, title, blocks):
    """Three panels on a landscape page, the first one the cover."""
    width, height = landscape(A4)
    panel = width / 3

    def paint(canvas, _):
        if canvas.getPageNumber() == 1:
            canvas.setFillColor(BLUE)
            canvas.rect(0, 0, panel, height, stroke=0, fill=1)
            weave(canvas, 0, 30 * mm, panel)
            weave(canvas, 0, height - 42 * mm, panel)
        else:
            canvas.setFillColor(SAND)
            canvas.rect(0, height - 9 * mm, width, 9 * mm, stroke=0, fill=1)
        canvas.setStrokeColor(HexColor("#c9ced3"))
        canvas.setDash(2, 3)
        for fold in (1, 2):
            canvas.line(panel * fold, 0, panel * fold, height)

    frames = [Frame(panel * n + 7 * mm, 10 * mm, panel - 14 * mm, height - 22 * mm, leftPadding=0, rightPadding=0) for n in range(3)]
    build(path, title, landscape(A4), frames, paint, blocks)


def handout(path, title, blocks):
    """Plain pages with a coloured head and page numbers."""
    width, height = A4

    def paint(canvas, document):
        canvas.setFillColor(BLUE)
        canvas.rect(0, height - 16 * mm, width, 16 * mm, stroke=0, fill=1)
        weave(canvas, 0, height - 22 * mm, width, 3 * mm)
        canvas.setFillColor(white)
        canvas.setFont("Noto-Bold", 9)
        canvas.drawString(20 * mm, height - 10 * mm, title)
        canvas.setFillColor(INK)
        canvas.setFont("Noto", 9)
        canvas.drawRightString(width - 20 * mm, 12 * mm, f"Trang {document.page}")

    frames = [Frame(20 * mm, 20 * mm, width - 40 * mm, height - 48 * mm, leftPadding=0, rightPadding=0)]
    build(path, title, A4, frames, paint, blocks)


def weave(canvas, left, bottom, width, reach=5 * mm):
    """A row of diamonds, after the patterns of highland cloth."""
    for number in range(int(width / (reach * 2)) + 1):
        middle = left + reach + number * reach * 2
        for size, shade in ((1.0, "#e2b33c"), (0.62, "#a3201f"), (0.28, "#f2ead8")):
            shape = canvas.beginPath()
            shape.moveTo(middle - reach * size, bottom)
            for x, y in ((0, 1), (1, 0), (0, -1)):
                shape.lineTo(middle + reach * size * x, bottom + reach * size * y)
            shape.close()
            canvas.setFillColor(HexColor(shade))
            canvas.drawPath(shape, stroke=0, fill=1)


def build(path, title, page, frames, paint, blocks):
    document = BaseDocTemplate(str(path), pagesize=page, title=title, author="Kho Chung", lang="vi-VN")
    document.addPageTemplates(PageTemplate(frames=frames, onPage=paint))
    document.build(list(flow(blocks)))


def plain_text(blocks):
    """The words of a document in reading order, for the record's full text."""
    lines = []
    for style, content in blocks:
        if style == "table":
            lines += [" – ".join(row) for row in content[1:]]
        elif style not in ("break", "space"):
            lines.append(re.sub(r"<[^>]+>", "", content))
    return "\n".join(lines)


LAYOUTS = {"leaflet": leaflet, "handout": handout}

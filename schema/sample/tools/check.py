"""Checks the built collection: `python3 check.py`. Prints every fault found and ends with status 1 if there is one.

Needs `ffprobe` and the vocabularies in `schema/vocabularies`.
"""

import argparse
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
LIMIT_BYTES = 15_000_000
SCHEMES = {
    "kind": "product-kind", "organisation": "organisation", "languages": "language", "strand": "strand", "themes": "theme",
    "instruments": "instrument", "rights_groups": "rights-group", "udhr_articles": "udhr-article", "audiences": "audience",
    "places": "place", "reuse_terms": "reuse-terms", "people_shown": "people-shown", "access": "access",
}
FIELDS = set(SCHEMES) | {
    "identifiers", "titles", "descriptions", "creators", "made", "body", "credit_line", "minors_shown", "embargo_until",
    "relations", "files", "state", "withdrawal_reason",
}
ROLES = {"original", "transcript", "captions", "accessible", "attachment"}
REACHED_PUBLICATION = {"published", "withdrawn"}
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
CUE = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})")
faults = []


def fault(name, words):
    faults.append(f"{name}: {words}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--vocabularies", type=Path, default=HERE.parent.parent / "vocabularies")
    vocabularies = load_vocabularies(arguments.parse_args().vocabularies)
    root = HERE.parent
    text = (root / "works.ndjson").read_text("utf-8")
    if not unicodedata.is_normalized("NFC", text):
        fault("works.ndjson", "not NFC")
    records = [json.loads(line) for line in text.splitlines()]
    seen, mentioned = set(), set()
    for record in records:
        check_record(record, vocabularies, seen, root)
        mentioned |= {file["path"] for file in record.get("files", [])}
        seen |= {f"{each['scheme']}:{each['value']}" for each in record["identifiers"]}
    present = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.parent != root and "tools" not in path.parts}
    for path in present - mentioned:
        fault(path, "belongs to no work")
    total = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    if total > LIMIT_BYTES:
        fault("collection", f"{total} bytes")
    report(records, total)
    print("\n".join(faults) or "no fault found")
    sys.exit(1 if faults else 0)


def load_vocabularies(folder):
    schemes = {}
    for path in folder.glob("*.json"):
        scheme = json.loads(path.read_text("utf-8"))
        schemes[scheme["scheme"]] = {concept["slug"] for concept in scheme["concepts"]}
    return schemes


def check_record(record, vocabularies, seen, root):
    name = record["identifiers"][0]["value"]
    for identifier in record["identifiers"]:
        if f"{identifier['scheme']}:{identifier['value']}" in seen:
            fault(name, f"identifier {identifier} used twice")
    for field in set(record) - FIELDS:
        fault(name, f"unknown field {field}")
    for field, scheme in SCHEMES.items():
        values = record.get(field, [])
        for slug in [values] if isinstance(values, str) else values:
            if scheme not in vocabularies:
                fault(scheme, "vocabulary missing")
            elif slug not in vocabularies[scheme]:
                fault(name, f"{field}: {slug} is not in {scheme}")
    for relation in record.get("relations", []):
        if relation["target"] not in seen:
            fault(name, f"points to {relation['target']}, which does not come before it")
    dates = record.get("made", "2000").split("/")
    if not all(DATE.fullmatch(date) for date in dates) or len(dates) > 2 or dates != sorted(dates):
        fault(name, f"made: {record['made']}")
    if record["state"] in REACHED_PUBLICATION:
        check_publishable(record, name)
    if (record["state"] == "withdrawn") != ("withdrawal_reason" in record):
        fault(name, "a withdrawal and its reason belong together")
    for file in record.get("files", []):
        check_file(file, record, name, root)


def check_publishable(record, name):
    for field in ("titles", "kind", "organisation", "languages", "strand", "themes", "credit_line"):
        if not record.get(field):
            fault(name, f"published without {field}")
    if record["reuse_terms"] == "rights-not-reviewed" or record["people_shown"] == "not-assessed":
        fault(name, "published without review of rights or people shown")
    if record.get("minors_shown") and record["people_shown"] != "minor-with-guardian-consent":
        fault(name, "shows a minor without a guardian's consent")
    if not record.get("body") and not record.get("files"):
        fault(name, "has neither text nor file")


def check_file(file, record, name, root):
    path = root / file["path"]
    if file["role"] not in ROLES or not path.is_file():
        return fault(name, f"file {file['path']} or its role is wrong")
    if path.suffix in (".jpg", ".png", ".webp") and set(file.get("alt", {})) < {"vi", "en"}:
        fault(name, f"{path.name} lacks an alt text")
    if path.suffix == ".vtt":
        spoken = next(root / each["path"] for each in record["files"] if each["role"] == "original")
        check_cues(path, duration(spoken), name)


def check_cues(path, seconds, name):
    text = path.read_text("utf-8")
    times = [(clock(*m.groups()[:3]), clock(*m.groups()[3:])) for m in CUE.finditer(text)]
    if not text.startswith("WEBVTT\n") or not times or not unicodedata.is_normalized("NFC", text):
        fault(name, f"{path.name} is no WebVTT in NFC")
    flat = [moment for cue in times for moment in cue]
    if flat != sorted(flat) or not -0.1 <= seconds - flat[-1] <= 1.0:
        fault(name, f"{path.name}: last cue ends at {flat[-1]}, the sound at {seconds}")


def clock(hours, minutes, seconds):
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def duration(path):
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def report(records, total):
    for field in ("state", "kind", "access", "reuse_terms", "organisation", "strand"):
        print(f"{field}: {dict(Counter(record.get(field) for record in records).most_common())}")
    print(f"{len(records)} works, {sum(len(r.get('files', [])) for r in records)} files, {total} bytes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes N works as NDJSON in the wire form of POST /api/v1/imports, for measuring with.

    python3 benches/corpus.py 100000 > works-100000.ndjson

The words are real: a chain of order 1 over the syllables of the Vietnamese and English works of schema/sample and of
the labels of schema/vocabularies, so that syllables stand beside those they really stand beside. Sentences drawn from
it fill bodies of about 230 syllables (1.5 KB); concepts, places, organisations, dates and terms are drawn from the
vocabularies with a skew, since facets of real archives have one. The same N and seed give the same bytes.
"""

import argparse
import json
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = 40_000
BODY_SYLLABLES = 230


def sample_texts():
    """Titles, descriptions and bodies of the sample collection, in Vietnamese and English."""
    for line in (ROOT / "schema/sample/works.ndjson").read_text(encoding="utf-8").splitlines():
        work = json.loads(line)
        texts = [text for tag in ("vi", "en") for text in
                 (work.get("titles", {}).get(tag), work.get("descriptions", {}).get(tag)) if text]
        if set(work.get("languages", [])) & {"vi", "en"} and work.get("body"):
            texts += work["body"].split("\n")
        yield from (text for text in texts if text.strip())


def concepts(scheme):
    """Slugs of a vocabulary, most of them in use at any time."""
    content = json.loads((ROOT / f"schema/vocabularies/{scheme}.json").read_text(encoding="utf-8"))
    return content["concepts"]


def labels():
    for path in sorted((ROOT / "schema/vocabularies").glob("*.json")):
        for concept in json.loads(path.read_text(encoding="utf-8"))["concepts"]:
            yield from texts_in(concept)


def texts_in(value):
    """Every Vietnamese label below a JSON value, whatever the shape around it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "vi" and isinstance(inner, str):
                yield inner
            elif key == "vi" and isinstance(inner, list):
                yield from (text for text in inner if isinstance(text, str))
            else:
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def chain():
    """Syllable -> the syllables that follow it somewhere, with repetition."""
    follows = {}
    for text in [*sample_texts(), *labels()]:
        syllables = text.split()
        for one, next_one in zip(syllables, syllables[1:]):
            follows.setdefault(one, []).append(next_one)
    return follows


def sentences(draw):
    follows = chain()
    starts = sorted(s for s in follows if s[0].isupper())
    for _ in range(SENTENCES):
        syllable = draw.choice(starts)
        words = [syllable]
        while len(words) < draw.randint(8, 26) and syllable in follows:
            syllable = draw.choice(follows[syllable])
            words.append(syllable)
        yield " ".join(words).rstrip(".,;:") + "."


def skewed(draw, values):
    """The first values often, the last seldom."""
    return values[min(int(draw.paretovariate(1.1)) - 1, len(values) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1948)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    pool = list(sentences(draw))
    lengths = [len(sentence.split()) for sentence in pool]
    schemes = {name: [concept["slug"] for concept in concepts(name)] for name in
               ("product-kind", "strand", "theme", "instrument", "rights-group", "audience", "place", "organisation")}
    for slugs in schemes.values():
        draw.shuffle(slugs)
    terms = ["agency-open-with-attribution", "press-reuse-with-credit", "cc-by-4.0", "vn-not-protected-official-text"]
    for number in range(arguments.count):
        body, syllables = [], 0
        while syllables < BODY_SYLLABLES:
            pick = draw.randrange(len(pool))
            body.append(pool[pick])
            syllables += lengths[pick]
        pick = lambda scheme: skewed(draw, schemes[scheme])
        work = {
            "titles": {"vi": f"{draw.choice(pool).rstrip('.')[:120].strip()} số {number}"},
            "descriptions": {"vi": draw.choice(pool)},
            "kind": pick("product-kind"),
            "organisation": pick("organisation"),
            "languages": [draw.choices(["vi", "en", "jra", "bdq"], [90, 5, 3, 2])[0]],
            "strand": pick("strand"),
            "themes": [pick("theme")],
            "instruments": [pick("instrument")],
            "rights_groups": [pick("rights-group")],
            "audiences": [pick("audience")],
            "places": [pick("place")],
            "made": f"{draw.randint(2018, 2026)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "body": "\n".join(" ".join(body[at:at + 4]) for at in range(0, len(body), 4)),
            "credit_line": "Báo và phát thanh, truyền hình Gia Lai",
            "reuse_terms": draw.choice(terms),
            "people_shown": "none-identifiable",
            "identifiers": [{"scheme": "bench", "value": f"{arguments.seed}-{number}"}],
        }
        sys.stdout.write(json.dumps(work, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes N works as NDJSON in the wire form of POST /api/v1/imports, for measuring with.

    python3 benches/corpus.py 100000 > works-100000.ndjson
    python3 benches/corpus.py 1000000 --texts TEXTS.jsonl.gz --published > works-1000000.ndjson
    python3 benches/corpus.py 10000 --texts TEXTS.jsonl.gz --questions two-words > two-words.txt

The words are real (see syllables.py): those of the Vietnamese and English works of schema/sample and of the labels of
schema/vocabularies, or of TEXTS, JSON lines with `title`, `body` or `text`. Titles have about 8 syllables, bodies about
230 (1.5 KB), made of sentences out of a pool; concepts, places, organisations, dates and terms are drawn from the
vocabularies with a skew, since facets of real archives have one. The same texts and seed give the same bytes, and the
first works of a longer corpus are those of a shorter one. `--questions` prints what is asked of the titles instead.
"""

import argparse
import itertools
import json
import random
import sys

from questions import KINDS, questions
from syllables import Chain, concepts

POOL, POOL_OF_TEXTS = 40_000, 300_000
SENTENCE_SYLLABLES = (8, 26)
TITLE_SYLLABLES = (6, 10)
BODY_SYLLABLES = 230
SCHEMES = ("product-kind", "strand", "theme", "instrument", "rights-group", "audience", "place", "organisation")
LANGUAGES = [("vi", 0.90), ("en", 0.95), ("jra", 0.98), ("bdq", 1.0)]
TERMS = ["agency-open-with-attribution", "press-reuse-with-credit", "cc-by-4.0", "vn-not-protected-official-text"]


def titles_of(chain, seed):
    """Titles without end."""
    return (sentence.rstrip(".") for sentence in chain.sentences(f"{seed}-titles", *TITLE_SYLLABLES))


class Facets:
    """Concepts, dates and terms of works, the first values often, the last seldom."""

    def __init__(self, seed):
        self.random = random.Random(f"{seed}-facets")
        self.slugs = {scheme: [concept["slug"] for concept in concepts(scheme)] for scheme in SCHEMES}
        for slugs in self.slugs.values():
            self.random.shuffle(slugs)

    def pick(self, scheme):
        slugs = self.slugs[scheme]
        return slugs[min(int(self.random.paretovariate(1.1)) - 1, len(slugs) - 1)]

    def one_of(self, first, last):
        return first + int(self.random.random() * (last - first + 1))

    def of_a_work(self):
        share = self.random.random()
        return {
            "kind": self.pick("product-kind"),
            "organisation": self.pick("organisation"),
            "languages": [next(tag for tag, upto in LANGUAGES if share <= upto)],
            "strand": self.pick("strand"),
            "themes": [self.pick("theme")],
            "instruments": [self.pick("instrument")],
            "rights_groups": [self.pick("rights-group")],
            "audiences": [self.pick("audience")],
            "places": [self.pick("place")],
            "made": f"{self.one_of(2018, 2026)}-{self.one_of(1, 12):02}-{self.one_of(1, 28):02}",
            "reuse_terms": TERMS[self.one_of(0, len(TERMS) - 1)],
        }


class Texts:
    """Descriptions and bodies of sentences out of a pool."""

    def __init__(self, chain, seed, pool):
        sentences = chain.sentences(f"{seed}-sentences", *SENTENCE_SYLLABLES)
        self.pool = list(itertools.islice(sentences, pool))
        self.lengths = [sentence.count(" ") + 1 for sentence in self.pool]
        self.draw = random.Random(f"{seed}-bodies").random

    def sentence(self):
        return self.pool[int(self.draw() * len(self.pool))]

    def body(self):
        """Paragraphs of four sentences."""
        sentences, syllables = [], 0
        draw, pool, lengths, size = self.draw, self.pool, self.lengths, len(self.pool)
        while syllables < BODY_SYLLABLES:
            pick = int(draw() * size)
            sentences.append(pool[pick])
            syllables += lengths[pick]
        return "\n".join(" ".join(sentences[at:at + 4]) for at in range(0, len(sentences), 4))


def works(chain, seed, pool, fixed):
    """Works without end; `fixed` are properties that all have."""
    facets, texts = Facets(seed), Texts(chain, seed, pool)
    for number, title in enumerate(titles_of(chain, seed)):
        yield {
            "titles": {"vi": title},
            "descriptions": {"vi": texts.sentence()},
            **facets.of_a_work(),
            "body": texts.body(),
            "credit_line": "Báo và phát thanh, truyền hình Gia Lai",
            "people_shown": "none-identifiable",
            "identifiers": [{"scheme": "bench", "value": f"{seed}-{number}"}],
            **fixed,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1948)
    parser.add_argument("--texts", help="JSON lines with title, body or text (also .gz) as the source of words")
    parser.add_argument("--published", action="store_true", help="works that anybody may find")
    parser.add_argument("--questions", choices=KINDS, help="print what is asked of the titles of these works")
    arguments = parser.parse_args()
    chain, seed = Chain.of(arguments.texts), arguments.seed
    if arguments.questions:
        titles = itertools.islice(titles_of(chain, seed), arguments.count)
        lines = questions(arguments.questions, titles, seed)
    else:
        pool = POOL_OF_TEXTS if arguments.texts else POOL
        fixed = {"state": "published"} if arguments.published else {}
        written = json.JSONEncoder(ensure_ascii=False).encode
        lines = map(written, itertools.islice(works(chain, seed, pool, fixed), arguments.count))
    for line in lines:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

"""Real syllables in a real order: what the texts of measured works are made of.

A chain of order 1: every syllable is followed by one that follows it somewhere in the source, so that common
syllables stand in most works, and pairs stand together that really do. Deterministic: the same source and seed give
the same texts.
"""

import gzip
import json
import random
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPOKEN = (None, "vi", "en")


def sample_texts():
    """Titles, descriptions and bodies of the sample collection, in Vietnamese and English."""
    for line in (ROOT / "schema/sample/works.ndjson").read_text(encoding="utf-8").splitlines():
        work = json.loads(line)
        texts = [text for tag in ("vi", "en") for text in
                 (work.get("titles", {}).get(tag), work.get("descriptions", {}).get(tag)) if text]
        if set(work.get("languages", [])) & {"vi", "en"} and work.get("body"):
            texts += work["body"].split("\n")
        yield from (text for text in texts if text.strip())


def given_texts(path):
    """Paragraphs of JSON lines with `title`, `body` or `text`; those in other languages are left out."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            if document.get("language") not in SPOKEN:
                continue
            for field in ("title", "body", "text"):
                yield from (text for text in (document.get(field) or "").split("\n") if text.strip())


def concepts(scheme):
    """The concepts of a vocabulary."""
    content = json.loads((ROOT / f"schema/vocabularies/{scheme}.json").read_text(encoding="utf-8"))
    return content["concepts"]


def labels():
    """Vietnamese names of everything in the vocabularies."""
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


def is_written(syllable):
    """Neither the marks of a heading nor characters that nobody sees, which works may not hold."""
    return syllable.strip("=") and syllable.isprintable()


class Chain:
    """Syllable -> the syllables that follow it somewhere; and those that begin a sentence. Both with repetition."""

    def __init__(self, texts):
        self.follows, self.starts = {}, []
        for text in texts:
            syllables = [syllable for syllable in unicodedata.normalize("NFC", text).split() if is_written(syllable)]
            self.starts += syllables[:1]
            for one, next_one in zip(syllables, syllables[1:]):
                self.follows.setdefault(one, []).append(next_one)
                if one.endswith((".", "!", "?")) and next_one[0].isupper():
                    self.starts.append(next_one)

    @classmethod
    def of(cls, path=None):
        """From a file of texts, or from the sample collection and the vocabularies."""
        return cls(given_texts(path) if path else [*sample_texts(), *labels()])

    def sentences(self, seed, shortest, longest):
        """Sentences without end, each with a number of syllables between these two."""
        draw, follows, starts = random.Random(seed).random, self.follows, self.starts
        while True:
            wanted = shortest + int(draw() * (longest - shortest + 1))
            syllable = starts[int(draw() * len(starts))]
            syllables = [syllable]
            while len(syllables) < wanted:
                known = follows.get(syllable, starts)
                syllable = known[int(draw() * len(known))]
                syllables.append(syllable)
            yield " ".join(syllables).rstrip(".,;:") + "."

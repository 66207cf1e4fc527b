"""What is asked of measured works: words out of their titles, as people type them.

Every second question is typed without accents. A question comes again only after many others, so that what is often
written is often asked, and no store of recent results helps.
"""

import itertools
import json
import random
import unicodedata

from syllables import ROOT, labels

KINDS = ("two-words", "one-word", "phrases", "prefixes")
APART = 1000
PUNCTUATION = ".,;:!?…\"'“”‘’()[]–-/"
I_FOR_Y = {f"{head}y": f"{head}i" for head in ("h", "k", "l", "m", "s", "t", "qu")}


def folded(syllable):
    """A syllable without marks, as the archive compares it."""
    apart = unicodedata.normalize("NFD", syllable.lower())
    bare = "".join(c for c in apart if not unicodedata.combining(c)).replace("đ", "d")
    return I_FOR_Y.get(bare, bare)


def stop_words():
    lists = json.loads((ROOT / "schema/search/stop-words.json").read_text(encoding="utf-8"))
    return {folded(word) for word in lists["vi"] + lists["en"]}


def telling_runs(title, stop):
    """Runs of neighbouring syllables that are letters only and mean something."""
    syllables = [syllable.strip(PUNCTUATION).lower() for syllable in title.split()]
    kept = lambda syllable: syllable.isalpha() and folded(syllable) not in stop
    return [list(run) for telling, run in itertools.groupby(syllables, kept) if telling]


def typed(words, number):
    """Every second question without accents; y stays y, as people type it."""
    if number % 2 == 0:
        return " ".join(words)
    apart = unicodedata.normalize("NFD", " ".join(words))
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("đ", "d")


def windows(runs, length):
    return [run[at:at + length] for run in runs for at in range(len(run) - length + 1)]


def beginnings(titles, draw):
    """The first three to eight characters of titles, and of every name of the vocabularies."""
    for text in itertools.chain(labels(), titles):
        yield [unicodedata.normalize("NFC", text)[:draw.randint(3, 8)].strip().lower()]


def candidates(kind, titles, draw):
    if kind == "prefixes":
        yield from beginnings(titles, draw)
        return
    stop = stop_words()
    for title in titles:
        runs = telling_runs(title, stop)
        length = {"two-words": 2, "one-word": 1}.get(kind) or draw.randint(2, 4)
        found = windows(runs, length)
        yield from draw.sample(found, min(2, len(found)))


def questions(kind, titles, seed):
    """The questions of a kind that these titles give, in their order; equal ones far apart."""
    draw, asked_at, number = random.Random(f"{seed}-{kind}"), {}, 0
    for words in candidates(kind, titles, draw):
        key = tuple(folded(word) for word in words)
        is_recent = number - asked_at.get(key, -APART) < APART
        if is_recent or len(words[0]) < (3 if kind == "prefixes" else 1):
            continue
        asked_at[key] = number
        number += 1
        text = typed(words, number)
        yield f'"{text}"' if kind == "phrases" else text

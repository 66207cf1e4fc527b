"""The folder a comparison works in: corpora, questions, loaded sides, and what loading them cost.

With `--keep` it stays and is used again; what was loaded once is not loaded again.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
# Questions come from the titles of the first works, which are the same in every corpus.
QUESTION_TITLES = 10_000


class Place:
    def __init__(self, folder, texts, seed, yardstick):
        self.folder, self.texts, self.seed, self.yardstick = Path(folder), texts, seed, yardstick
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # PostgreSQL runs as another user
        self.insist_on_one_source()

    def insist_on_one_source(self):
        """A folder holds works of one source; others would be compared with what they are not."""
        source = {"texts": str(Path(self.texts).resolve()) if self.texts else None, "seed": self.seed}
        note = self.folder / "source.json"
        if note.exists() and json.loads(note.read_text()) != source:
            sys.exit(f"{self.folder} holds works of {note.read_text()}")
        note.write_text(json.dumps(source))

    def made(self, name, command):
        """A file of this name; written by the command when it is not there yet."""
        path = self.folder / name
        if not path.exists():
            unfinished = path.with_suffix(".part")
            with open(unfinished, "wb") as out:
                subprocess.run([str(part) for part in command], check=True, stdout=out)
            unfinished.rename(path)
        return path

    def corpus(self, count, *arguments):
        source = ["--texts", self.texts] if self.texts else []
        return ["python3", BENCHES / "corpus.py", count, "--seed", self.seed, *source, *arguments]

    def works(self, count):
        return self.made(f"works-{count}.ndjson", self.corpus(count, "--published"))

    def folded_works(self, count):
        return self.made(f"folded-{count}.ndjson", [self.yardstick.binary, "fold-works", self.works(count)])

    def questions(self, kind):
        return self.made(f"{kind}.txt", self.corpus(QUESTION_TITLES, "--questions", kind))

    def folded_questions(self, kind):
        """The words of each question without marks."""
        path = self.made(f"{kind}-folded.txt", [self.yardstick.binary, "fold", self.questions(kind)])
        return path.read_text(encoding="utf-8").splitlines()

    def requests(self, side, kind, lines):
        """A file of requests, one a line."""
        path = self.folder / f"{side}-{kind}.requests"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def of(self, count, side):
        """The folder of one side's records."""
        folder = self.folder / str(count) / side
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def loaded(self, count, side, load):
        """What loading cost; loads into an empty folder unless that was done before."""
        note = self.folder / str(count) / f"{side}.json"
        if not note.exists():
            shutil.rmtree(self.of(count, side))
            facts = load(self.of(count, side))
            note.write_text(json.dumps(facts))
        return json.loads(note.read_text())

    def forget(self, count, side):
        """Loads this side anew the next time."""
        (self.folder / str(count) / f"{side}.json").unlink(missing_ok=True)


def bytes_in(folder):
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())

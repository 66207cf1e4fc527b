"""The archive as everybody asks it: the release binary, over HTTP, published works, no token."""

import json
import os
import resource
import subprocess
import threading
import time
import urllib.parse

from archive import BINARY, Archive
from peers.place import bytes_in

MEMORY = ("RssAnon", "RssFile", "VmRSS")
SEARCH = "/api/v1/search?limit=10&facets=kind,language,year,theme&q="
EVERY_FACET = "/api/v1/search?limit=10&q="
SUGGEST = "/api/v1/suggest?q="
# The same works without what the archive adds of itself: other names, corrections, works with some words only.
WORDS_ONLY = "/api/v1/search?limit=1&facets=none&all_words=true&verbatim=true&expand=none&q="


class Served:
    name = "archive over HTTP"
    KINDS = {
        "two-words": ("two-words", SEARCH),
        "all-facets": ("two-words", EVERY_FACET),
        "one-word": ("one-word", SEARCH),
        "phrases": ("phrases", SEARCH),
        "suggest": ("prefixes", SUGGEST),
    }

    def __init__(self, place, records):
        self.place, self.records, self.archive = place, records, None
        self.data = place.of(records, "archive")

    def load(self):
        self.facts = self.place.loaded(self.records, "archive", self.take_in)

    def take_in(self, folder):
        """Works sent to /api/v1/imports until all can be found."""
        works = self.place.works(self.records)
        with Archive(folder) as archive, Watch(archive) as watch:
            archive.token()
            began = time.monotonic()
            archive.load(works)
            archive.until_current()
            wall = time.monotonic() - began
            return {"wall": wall, "works_per_second": self.records / wall, "peak": watch.most}

    def start(self):
        self.archive = Archive(self.data)
        self.archive.until_answers("/readyz")
        self.archive.until_current()
        self.watch = Watch(self.archive).__enter__()

    def stop(self):
        if self.archive:
            self.watch.__exit__()
            self.archive.stop()
            self.archive = None

    def size(self):
        """Bytes of the search index on disk."""
        return bytes_in(self.data / "index")

    def counts(self, questions, numbers, path=SEARCH):
        lines = self.place.questions(questions).read_text(encoding="utf-8").splitlines()
        return [self.answer(path + quoted(lines[number]))["total"]["works"] for number in numbers]

    def answer(self, path):
        status, body = self.archive.get(path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:500]}")
        return json.loads(body)

    def measure(self, kind, loop):
        questions, path = self.KINDS[kind]
        lines = self.place.questions(questions).read_text(encoding="utf-8").splitlines()
        requests = self.place.requests("archive", kind, (path + quoted(line) for line in lines))
        address = f"127.0.0.1:{self.archive.port}"
        return self.place.yardstick.ask("http", address, requests, self.archive.pid, loop)

    def memory(self):
        return {field: self.archive.memory_mib(field) for field in MEMORY}

    def rebuild(self):
        """`khochung reindex` of everything; the archive must not run."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        environment = os.environ | {"KHOCHUNG__LOG__FILTER": "warn"}
        subprocess.run([BINARY, "reindex", "--data", str(self.data)], check=True, env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"works_per_second": self.records / wall, "cpu_us": cpu * 1e6 / self.records}

    def seconds_to_visible(self, number, with_event):
        """From the answer of a single write to the first search that finds it."""
        word = f"hienra{time.time_ns():x}"
        work = {"titles": {"vi": f"Tác phẩm {word}"}, "kind": "article", "organisation": "dic", "languages": ["vi"],
                "strand": "educate", "themes": ["international-law"], "body": "Nội dung.", "state": "published",
                "credit_line": "Kho Chung", "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable",
                "identifiers": [{"scheme": "bench", "value": f"visible-{number}"}]}
        line = self.place.folder / "visible.ndjson"
        line.write_text(json.dumps(work) + "\n", encoding="utf-8")
        path = f"/api/v1/search?limit=1&facets=none&verbatim=true&q={word}"
        self.archive.load(line)
        began = time.monotonic()
        if with_event:
            path += f"&event={json.loads(self.archive.get('/readyz')[1])['last_event']}"
        while not self.answer(path)["total"]["works"]:
            if time.monotonic() - began > 60:
                raise SystemExit(f"a work did not become visible: {path}")
            time.sleep(0.002)
        return time.monotonic() - began


class Watch:
    """Keeps the most memory a running archive ever had, in MiB."""

    def __init__(self, archive):
        self.archive, self.most, self.ended = archive, dict.fromkeys(MEMORY, 0), threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def look(self):
        while not self.ended.wait(0.2):
            try:
                for field in MEMORY:
                    self.most[field] = max(self.most[field], self.archive.memory_mib(field))
            except OSError:
                return


def quoted(text):
    return urllib.parse.quote(text)

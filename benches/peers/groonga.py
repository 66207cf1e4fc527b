"""Groonga as its own HTTP server.

It is given texts without marks, folded as the yardstick folds, and cuts them at spaces: its own normalizers do not
take marks off Vietnamese letters, so it would find fewer works. Records are loaded first and indexed at once, its
fastest way.
"""

import json
import subprocess
import time
import urllib.parse
import urllib.request

from archive import free_port
from peers.place import bytes_in

SCHEMA = """
table_create Words TABLE_PAT_KEY ShortText --default_tokenizer TokenDelimit
table_create Kinds TABLE_HASH_KEY ShortText
table_create Languages TABLE_HASH_KEY ShortText
table_create Years TABLE_HASH_KEY ShortText
table_create Themes TABLE_HASH_KEY ShortText
table_create Works TABLE_HASH_KEY UInt32
column_create Works shown COLUMN_SCALAR Text
column_create Works title COLUMN_SCALAR Text
column_create Works description COLUMN_SCALAR Text
column_create Works body COLUMN_SCALAR Text
column_create Works added COLUMN_SCALAR Text
column_create Works kind COLUMN_SCALAR Kinds
column_create Works language COLUMN_SCALAR Languages
column_create Works year COLUMN_SCALAR Years
column_create Works theme COLUMN_SCALAR Themes
"""
INDEX = "column_create Words works COLUMN_INDEX|WITH_POSITION|WITH_SECTION Works title,description,body,added\n"


class Groonga:
    name = "Groonga"
    KINDS = {kind: kind for kind in ("two-words", "one-word", "phrases")}

    def __init__(self, place, records):
        self.place, self.records, self.process = place, records, None
        self.folder = place.of(records, "groonga")

    def load(self):
        self.facts = self.place.loaded(self.records, "groonga", self.index)
        self.facts["bytes"] = bytes_in(self.folder)

    def index(self, folder):
        works, began = self.place.folded_works(self.records), time.monotonic()
        database = str(folder / "db")
        command = ["groonga", "--log-path", str(folder / "log")]
        self.run([*command, "-n", database], [SCHEMA.encode()])
        with open(works, "rb") as lines:
            self.run([*command, database], load_command(lines))
        self.run([*command, database], [INDEX.encode()])
        wall = time.monotonic() - began
        return {"wall": wall, "works_per_second": self.records / wall}

    def run(self, command, pieces):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for piece in pieces:
            process.stdin.write(piece)
        output, _ = process.communicate()
        answers = [json.loads(line) for line in output.decode().splitlines()]
        failed = [answer for answer in answers if answer[0][0] != 0]
        if process.returncode or failed:
            raise SystemExit(f"groonga refused: {failed or output}")

    def start(self):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        command = ["groonga", "-s", "--protocol", "http", "--bind-address", "127.0.0.1", "--port", str(self.port),
                   "--log-path", str(self.folder / "log"), str(self.folder / "db")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://{self.address}/d/status").read()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"groonga ended with status {self.process.returncode}")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def counts(self, questions, numbers):
        paths = [self.path(line, limit=0) for line in self.asked(questions)]
        return [self.total(paths[number]) for number in numbers]

    def total(self, path):
        answer = json.load(urllib.request.urlopen(f"http://{self.address}{path}"))
        return answer[1][0][0][0]

    def asked(self, questions):
        quoted = '"{}"'.format if questions == "phrases" else str
        return [quoted(line) for line in self.place.folded_questions(questions)]

    def path(self, query, limit=10):
        return "/d/select?" + urllib.parse.urlencode({
            "table": "Works", "match_columns": "title*3||description||body||added", "query": query, "limit": limit,
            "output_columns": "_key,_score,shown,kind,language,year,theme,snippet_html(body)",
            "sort_keys": "-_score", "drilldown": "kind,language,year,theme", "drilldown_limit": 50,
            "drilldown_sort_keys": "-_nsubrecs", "cache": "no"})

    def measure(self, kind, loop):
        requests = self.place.requests("groonga", kind, map(self.path, self.asked(self.KINDS[kind])))
        return self.place.yardstick.ask("http", self.address, requests, self.process.pid, loop)


def load_command(lines):
    """The command that takes in records, from JSON lines."""
    yield b"load --table Works\n[\n"
    for number, line in enumerate(lines):
        yield (b",\n" if number else b"") + line.rstrip(b"\n")
    yield b"\n]\n"

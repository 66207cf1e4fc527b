"""PostgreSQL's full text: a cluster of its own over a Unix socket, configuration `simple`, a GIN index.

It is given texts without marks, as Groonga is. One statement brings ten hits with a headline each, the total, and four
facets.
"""

import json
import os
import pwd
import subprocess
import time
from pathlib import Path

PROGRAMS = Path(os.environ.get("PG_BIN", "/usr/lib/postgresql/15/bin"))
SETTINGS = {"listen_addresses": "", "shared_buffers": "1GB", "work_mem": "64MB", "maintenance_work_mem": "1GB",
            "jit": "off", "fsync": "off", "max_wal_size": "8GB", "max_connections": 64}
TABLES = """
CREATE UNLOGGED TABLE given (id int, shown text, title text, description text, body text,
    added text, kind text, language text, year text, theme text);
"""
INDEX = """
CREATE TABLE works AS SELECT *, setweight(to_tsvector('simple', title), 'A')
    || setweight(to_tsvector('simple', description), 'B') || setweight(to_tsvector('simple', body), 'C')
    || to_tsvector('simple', added) AS words
    FROM given;
DROP TABLE given;
ALTER TABLE works ADD PRIMARY KEY (id);
CREATE INDEX ON works USING gin (words) WITH (fastupdate = off);
VACUUM ANALYZE works;
"""
# Titles count three times.
STATEMENT = """
WITH asked AS (SELECT $${query}$$::tsquery AS query),
hits AS MATERIALIZED (SELECT id, kind, language, year, theme, ts_rank('{{0.33,0.33,0.33,1}}', words, query) AS rank
    FROM works, asked WHERE words @@ query),
best AS (SELECT id, rank FROM hits ORDER BY rank DESC, id LIMIT 10)
SELECT 'hit', to_jsonb(works) - 'words' - 'body' - 'title' - 'description' - 'added',
    ts_headline('simple', body, query), 0::bigint
    FROM best JOIN works USING (id), asked
UNION ALL SELECT 'total', NULL, NULL, count(*) FROM hits
UNION ALL SELECT 'kind', NULL, kind, count(*) FROM hits GROUP BY kind
UNION ALL SELECT 'language', NULL, language, count(*) FROM hits GROUP BY language
UNION ALL SELECT 'year', NULL, year, count(*) FROM hits GROUP BY year
UNION ALL SELECT 'theme', NULL, theme, count(*) FROM hits GROUP BY theme
"""
COLUMNS = ("_key", "shown", "title", "description", "body", "added", "kind", "language", "year", "theme")


class Postgres:
    name = "PostgreSQL"
    KINDS = {kind: kind for kind in ("two-words", "one-word", "phrases")}

    def __init__(self, place, records):
        self.place, self.records, self.is_running = place, records, False
        self.folder = place.of(records, "postgres")
        self.data = self.folder / "data"

    def load(self):
        self.facts = self.place.loaded(self.records, "postgres", self.index)

    def index(self, folder):
        works, began = self.place.folded_works(self.records), time.monotonic()
        if os.getuid() == 0:
            other = pwd.getpwnam("postgres")
            os.chown(folder, other.pw_uid, other.pw_gid)
        self.program("initdb", "-D", self.data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.start()
        try:
            self.sql("CREATE DATABASE bench", database="postgres")
            self.sql(TABLES)
            with open(works, encoding="utf-8") as lines:
                self.copy(lines)
            for statement in INDEX.split(";\n")[:-1]:
                self.sql(statement)
            size = int(self.sql("SELECT pg_total_relation_size('works')"))
        finally:
            self.stop()
        wall = time.monotonic() - began
        return {"wall": wall, "works_per_second": self.records / wall, "bytes": size}

    def copy(self, lines):
        command = self.command("psql", "-q", "-h", self.folder, "-U", "bench", "-c", "COPY given FROM STDIN", "bench")
        process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, encoding="utf-8")
        for line in lines:
            work = json.loads(line)
            values = (str(work[name]).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ") for name in COLUMNS)
            process.stdin.write("\t".join(values) + "\n")
        process.stdin.close()
        if process.wait():
            raise SystemExit("PostgreSQL refused the records")

    def command(self, program, *arguments):
        """As an unprivileged user: PostgreSQL refuses to run as root."""
        other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        return [*other, str(PROGRAMS / program), *(str(argument) for argument in arguments)]

    def program(self, *arguments):
        subprocess.run(self.command(*arguments), check=True, cwd="/", stdout=subprocess.DEVNULL)

    def sql(self, statement, database="bench"):
        command = self.command("psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "bench",
                               "-c", statement, database)
        return subprocess.run(command, check=True, cwd="/", capture_output=True, text=True).stdout.strip()

    def start(self):
        settings = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        self.program("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log",
                     "-o", f"-k {self.folder} {settings}", "start")
        self.is_running = True

    def stop(self):
        if self.is_running:
            self.program("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")
            self.is_running = False

    def pid(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def queries(self, questions):
        joined = {"phrases": " <-> "}.get(questions, " & ")
        return [joined.join(f"'{word}'" for word in line.split())
                for line in self.place.folded_questions(questions)]

    def counts(self, questions, numbers):
        queries = self.queries(questions)
        count = "SELECT count(*) FROM works WHERE words @@ $${}$$::tsquery"
        return [int(self.sql(count.format(queries[number]))) for number in numbers]

    def measure(self, kind, loop):
        statement = " ".join(STATEMENT.split())
        lines = [statement.format(query=query) for query in self.queries(self.KINDS[kind])]
        requests = self.place.requests("postgres", kind, lines)
        socket = self.folder / ".s.PGSQL.5432"
        return self.place.yardstick.ask("postgres", socket, requests, self.pid(), loop)

"""The archive as measurements use it: the release binary on a folder, asked over HTTP.

Nothing but Python's own library and curl. `KHOCHUNG=…` names another binary than target/release/khochung.
"""

import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = os.environ.get("KHOCHUNG", str(ROOT / "target/release/khochung"))
TICKS = os.sysconf("SC_CLK_TCK")


class Archive:
    """A running archive; `with` ends it in order."""

    def __init__(self, data, command="serve", settings=None):
        self.data, self.port = Path(data), free_port()
        environment = os.environ | {"KHOCHUNG__LOG__FILTER": "warn"} | (settings or {})
        arguments = [BINARY, command, "--data", str(data), "--bind", f"127.0.0.1:{self.port}"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{self.port}"
        self.pid, self.secret = self.process.pid, None

    def __enter__(self):
        self.until_answers("/readyz")
        return self

    def __exit__(self, *_):
        self.stop()

    def until_answers(self, path):
        """Seconds from the start of the process to the first 200 of this address."""
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"the archive ended with status {self.process.returncode}")
            try:
                if self.get(path)[0] == 200:
                    return time.monotonic() - self.began
            except OSError:
                time.sleep(0.002)

    def until_current(self):
        """Waits until everything taken in can be found; gives the seconds waited."""
        began = time.monotonic()
        while json.loads(self.get("/readyz")[1])["index"] != "current":
            time.sleep(0.01)
        return time.monotonic() - began

    def token(self):
        """A token of an editor."""
        if not self.secret:
            command = [BINARY, "token", "create", "--role", "editor", "--data", str(self.data)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            self.secret = output.split()[-1]
        return self.secret

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def load(self, ndjson):
        """Sends works to /api/v1/imports; gives the seconds until the last answer line."""
        with tempfile.NamedTemporaryFile() as answers:
            command = ["curl", "-sSf", "-X", "POST", "-T", str(ndjson), "-o", answers.name, "-w", "%{time_total}",
                       "-H", "Expect:", "-H", "Content-Type: application/x-ndjson",
                       "-H", f"Authorization: Bearer {self.token()}", f"{self.address}/api/v1/imports"]
            seconds = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            outcomes = [json.loads(line) for line in open(answers.name, encoding="utf-8")]
        failed = [outcome for outcome in outcomes if outcome["outcome"] == "failed"]
        if failed:
            raise SystemExit(f"{len(failed)} of {len(outcomes)} works failed, the first: {failed[0]}")
        return seconds, outcomes

    def publish_files(self, files):
        """Takes in one published work with these files; gives the paths at which anybody reads them."""
        work = {"titles": {"vi": "Tệp để đo"}, "kind": "article", "organisation": "dic", "languages": ["vi"],
                "strand": "educate", "themes": ["international-law"], "body": "Nội dung.", "state": "published",
                "credit_line": "Kho Chung", "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable"}
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as line:
            line.write(json.dumps(work) + "\n")
            line.flush()
            identity = self.load(line.name)[1][0]["id"]
        return [self.attach(identity, file)[1] for file in files], identity

    def attach(self, identity, file):
        """Attaches a file; gives the seconds it took and the path at which it is read."""
        with tempfile.NamedTemporaryFile() as answer:
            command = ["curl", "-sSf", "-X", "POST", "-T", str(file), "-o", answer.name, "-w", "%{time_total}",
                       "-H", "Expect:", "-H", "Content-Type: application/pdf",
                       "-H", f"Authorization: Bearer {self.token()}",
                       f"{self.address}/api/v1/assets/{identity}/files?name=tep.pdf"]
            seconds = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            sha256 = json.loads(Path(answer.name).read_text())["sha256"]
        return seconds, f"/api/v1/assets/{identity}/files/{sha256}"

    def cpu(self):
        """CPU seconds of the process so far."""
        return cpu_seconds(self.pid)

    def memory_mib(self, field="VmRSS"):
        """Resident memory now, or the most there was (`VmHWM`), or a part of it (`RssAnon`)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait()


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def median(values):
    return statistics.median(values)


def spread(values, digits=2):
    """Median and range, as it is written into tables."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def file_of(path, length, seed=b""):
    """A file of random bytes that the archive takes for a PDF; `seed` makes it another one."""
    with open(path, "wb") as file:
        head = b"%PDF-1.7\n%" + seed + b"\n"
        file.write(head)
        rest = length - len(head)
        while rest:
            piece = os.urandom(min(rest, 1 << 24))
            file.write(piece)
            rest -= len(piece)


def corpus(count, folder):
    """Works as NDJSON from benches/corpus.py, made once in this folder."""
    path = Path(folder) / f"works-{count}.ndjson"
    if not path.exists():
        with open(path, "wb") as file:
            subprocess.run(["python3", str(ROOT / "benches/corpus.py"), str(count)], check=True, stdout=file)
    return path


def bench_binary(name):
    """The newest built binary of a Rust bench; builds it unless PREBUILT is set."""
    if not os.environ.get("PREBUILT"):
        subprocess.run(["cargo", "bench", "--quiet", "--no-run", "--bench", name], cwd=ROOT, check=True)
    built = [path for path in (ROOT / "target/release/deps").glob(f"{name}-*") if path.suffix != ".d"]
    return str(max(built, key=lambda path: path.stat().st_mtime))

"""The archive under test: its process, the load on it, and what it acknowledged."""

import hashlib
import http.client
import json
import os
import random
import re
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from typing import NamedTuple

ENVIRONMENT = {
    # Segments are closed and compressed many times during a load.
    "KHOCHUNG__STORAGE__SEGMENT_BYTES": "1048576",
    "LANG": "C.UTF-8",
}


class Acknowledgement(NamedTuple):
    """One thing the archive answered with success."""

    work: str
    title: int | None = None
    """Place of the title among those that were sent for the work."""
    file: bytes | None = None


@dataclass
class Expected:
    """What the archive has to have of one work."""

    least_title: int = 0
    files: list[bytes] = field(default_factory=list)


def expected(acknowledgements: list[Acknowledgement]) -> dict[str, Expected]:
    works: dict[str, Expected] = {}
    for work, title, file in acknowledgements:
        entry = works.setdefault(work, Expected())
        if title is not None:
            entry.least_title = title
        if file is not None:
            entry.files.append(file)
    return works


class Server:
    """A running archive on a data folder."""

    def __init__(self, binary: str, data: str, log: str, wrapper: tuple[str, ...] = ()) -> None:
        self.binary, self.data = binary, data
        self.log = open(log, "ab")
        self.process = subprocess.Popen(
            [*wrapper, binary, "serve", "--data", data, "--bind", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log, env=os.environ | ENVIRONMENT)
        line = self.process.stdout.readline().decode()
        address = re.search(r"http://([0-9.]+):(\d+)", line)
        if address is None:
            self.process.wait()
            raise AssertionError(f"the archive does not start: {tail(log)}")
        self.host, self.port = address[1], int(address[2])

    def create_token(self) -> str:
        output = subprocess.run(
            [self.binary, "token", "create", "--role", "admin", "--data", self.data],
            check=True, capture_output=True, text=True, env=os.environ | ENVIRONMENT).stdout
        return output.split()[-1]

    def client(self, token: str) -> "Client":
        return Client(self.host, self.port, token)

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait()
        self.log.close()


class Client:
    """One connection with a token."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=60)
        self.token = token

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, "/api/v1" + path, body, sent | {"Authorization": f"Bearer {self.token}"})
        response = self.connection.getresponse()
        return response.status, response.read()

    def succeed(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict:
        status, answer = self.request(method, path, body, **headers)
        assert status in (200, 201), f"{method} {path} is answered with {status}: {answer[:300]!r}"
        return json.loads(answer)


class Load:
    """Threads that create, edit and attach until they get a signal to end, and note what was acknowledged, in order."""

    def __init__(self, server: Server, token: str, seed: int, threads: int = 6) -> None:
        self.server, self.token = server, token
        self.acknowledgements: list[Acknowledgement] = []
        self.titles: dict[str, list[str]] = {}
        """Titles sent for each work, acknowledged or not."""
        self.is_ending = threading.Event()
        self.failure: BaseException | None = None
        self.threads = [threading.Thread(target=self.run, args=(random.Random(f"{seed} {name}"), name)) for name in range(threads)]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.is_ending.set()
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure

    def run(self, rng: random.Random, name: int) -> None:
        """Works of one thread are of no other, so their revisions are known."""
        try:
            client, revisions = self.server.client(self.token), {}
            while not self.is_ending.is_set():
                choice = rng.random()
                if not revisions or choice < 0.3:
                    work = self.create(client, rng, f"{name}-{len(revisions)}")
                    revisions[work] = 1
                    continue
                work = rng.choice(list(revisions))
                revisions[work] = self.edit(client, work, revisions[work]) if choice < 0.6 else self.attach(client, rng, work)
        except BaseException as failure:
            self.failure = failure
            self.is_ending.set()

    def create(self, client: Client, rng: random.Random, title: str) -> str:
        # Random letters do not compress away, so segments fill up.
        document = {"titles": {"vi": title}, "body": rng.randbytes(rng.randrange(100, 20_000)).hex()}
        answer = client.succeed("POST", "/assets", json.dumps(document).encode(), Content_Type="application/json")
        self.titles[answer["id"]] = [title]
        self.acknowledgements.append(Acknowledgement(answer["id"], title=0))
        return answer["id"]

    def edit(self, client: Client, work: str, revision: int) -> int:
        titles = self.titles[work]
        titles.append(f"{titles[0]} {len(titles)}")
        answer = client.succeed(
            "PATCH", f"/assets/{work}", json.dumps({"titles": {"vi": titles[-1]}}).encode(),
            Content_Type="application/merge-patch+json", If_Match=f'"{revision}"')
        self.acknowledgements.append(Acknowledgement(work, title=len(titles) - 1))
        return answer["revision"]

    def attach(self, client: Client, rng: random.Random, work: str) -> int:
        content = rng.randbytes(rng.choice((500, 5_000, 60_000))).hex().encode()
        answer = client.succeed("POST", f"/assets/{work}/files?name=van-ban.txt", content, Content_Type="text/plain")
        self.acknowledgements.append(Acknowledgement(work, file=content))
        return answer["asset"]["revision"]


def check(binary: str, data: str, token: str, works: dict[str, Expected], titles: dict[str, list[str]], log: str) -> None:
    """Starts the archive on what a power cut left and compares it with what was acknowledged."""
    server = Server(binary, data, log)
    try:
        client = server.client(token)
        for identifier, work in works.items():
            title = client.succeed("GET", f"/assets/{identifier}")["titles"]["vi"]
            assert title in titles[identifier][work.least_title:], f"an edit of work {identifier} is lost, its title is {title}"
            for content in work.files:
                digest = hashlib.sha256(content).hexdigest()
                status, body = client.request("GET", f"/assets/{identifier}/files/{digest}")
                assert status == 200 and body == content, f"file {digest} is answered with {status} and {len(body)} bytes"
        client.succeed("POST", "/assets", b'{"titles": {"vi": "sau"}}', Content_Type="application/json")
    finally:
        server.end(signal.SIGTERM)
    verified = subprocess.run([binary, "verify", "--deep", "--data", data], capture_output=True, text=True,
                              env=os.environ | ENVIRONMENT)
    assert verified.returncode == 0, f"verify --deep: {verified.stdout}{verified.stderr}"


def tail(log: str) -> str:
    with open(log, errors="replace") as file:
        return "".join(file.readlines()[-3:])

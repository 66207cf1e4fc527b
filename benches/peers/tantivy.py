"""tantivy in process: the yardstick, and the clock for all."""

import json
import os
import subprocess

from archive import bench_binary
from peers.place import bytes_in

FOUR_FACETS = "kind,language,year,theme"
ALL_FACETS = FOUR_FACETS + ",strand,instrument,rights_group,audience,place,organisation,reuse_terms"


class Yardstick:
    """The binary of benches/search_yardstick."""

    def __init__(self):
        self.binary = bench_binary("search_yardstick")

    def tell(self, *arguments):
        command = [self.binary, *(str(argument) for argument in arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def ask(self, protocol, address, requests, pid, loop):
        """Asks a server in a closed loop."""
        return json.loads(self.tell("ask", protocol, address, requests, pid, *loop))


class Tantivy:
    """Every client asks in its own thread."""

    name = "tantivy in process"
    workers = 0
    # What is asked, and which facets are counted.
    KINDS = {
        "two-words": ("two-words", FOUR_FACETS),
        "all-facets": ("two-words", ALL_FACETS),
        "one-word": ("one-word", FOUR_FACETS),
        "phrases": ("phrases", FOUR_FACETS),
    }

    def __init__(self, place, records):
        self.place, self.records, self.yardstick = place, records, place.yardstick
        self.folder = place.of(records, "tantivy")

    def load(self):
        self.facts = self.place.loaded(self.records, "tantivy", self.index)
        self.facts["bytes"] = bytes_in(self.folder)

    def index(self, folder):
        return json.loads(self.yardstick.tell("index", self.place.works(self.records), folder))

    def start(self):
        pass

    def stop(self):
        pass

    def counts(self, questions, numbers):
        output = self.yardstick.tell("counts", self.folder, self.place.questions(questions)).split()
        return [int(output[number]) for number in numbers]

    def measure(self, kind, loop):
        questions, facets = self.KINDS[kind]
        output = self.yardstick.tell("search", self.folder, self.place.questions(questions), facets, self.workers, *loop)
        return json.loads(output)


class TantivyPool(Tantivy):
    """A thread for each core serves all clients, who wait for their turn, as those of a server do.

    With more threads than cores the system lets one run while others wait for many times its answer: a low median and a
    very high 99th percentile. Here all wait alike; the throughput is the same.
    """

    name = "tantivy in process, a worker for each core"
    workers = os.cpu_count()

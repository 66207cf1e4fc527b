"""A line that breaks: passes connections on to an archive and cuts those that have sent too much.

    breaking_line.py TARGET BROKEN

Prints its port. TARGET is a file with `host:port` of the archive, BROKEN one to which a line is added for each cut. The
first connection that has sent as many bytes as the first cut says is cut there, and so on; after the last cut the line is good.
"""

import selectors
import socket
import struct
import sys
import threading
from pathlib import Path

# How many bytes a connection sends before it is cut, and who learns of it. A dead line is cut for the client only: the
# archive goes on waiting for bytes.
CUTS = [(700, "cut"), (150_000, "cut"), (400_000, "dead"), (900_000, "cut"), (1_300_000, "dead"), (30_000, "cut")]

target, broken = Path(sys.argv[1]), Path(sys.argv[2])
lock = threading.Lock()
left = list(CUTS)
# Dead lines are kept open here.
kept = []


def reset(connection):
    """Ends a connection as a broken line does, without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def broken_at(sent):
    """The cut that is due when a connection has sent so many bytes."""
    with lock:
        if not left or sent < left[0][0]:
            return None
        with open(broken, "a", encoding="utf-8") as file:
            file.write(f"{left[0][1]} at {sent}\n")
        return left.pop(0)[1]


def pass_on(client):
    host, port = target.read_text().strip().rsplit(":", 1)
    archive = socket.create_connection((host, int(port)))
    sent = 0
    with selectors.DefaultSelector() as both:
        both.register(client, selectors.EVENT_READ, archive)
        both.register(archive, selectors.EVENT_READ, client)
        while True:
            for key, _ in both.select():
                # Small pieces, so that the cuts are where they should be.
                data = key.fileobj.recv(16 * 1024)
                if not data:
                    client.close()
                    archive.close()
                    return
                key.data.sendall(data)
                if key.fileobj is not client:
                    continue
                sent += len(data)
                cut = broken_at(sent)
                if cut:
                    reset(client)
                    if cut == "dead":
                        kept.append(archive)
                    else:
                        reset(archive)
                    return


def serve(client):
    try:
        pass_on(client)
    except OSError:
        client.close()


with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

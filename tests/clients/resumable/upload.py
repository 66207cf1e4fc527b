"""Uploads with tuspy, unmodified, over a line that breaks."""

import hashlib
import json
import os
import secrets
import urllib.request

from tusclient.client import TusClient

LINE, BASE, FILE = (os.environ[name] for name in ("KHOCHUNG_LINE", "KHOCHUNG_BASE", "KHOCHUNG_FILE"))
HEADERS = {"Authorization": f"Bearer {os.environ['KHOCHUNG_TOKEN']}"}


def call(path, body=None):
    """Not over the line that breaks."""
    data = b"" if body is None else json.dumps(body).encode()
    headers = HEADERS | ({} if body is None else {"Content-Type": "application/json"})
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def attach(url, content):
    work = call("/api/v1/assets", {"titles": {"vi": "Số liệu"}, "organisation": "dic"})
    attached = call(f"/api/v1/assets/{work['id']}/uploads/{url.rsplit('/', 1)[1]}")
    assert attached["sha256"] == hashlib.sha256(content).hexdigest()
    assert attached["asset"]["files"][0]["name"] == "số liệu.txt"


client = TusClient(f"{LINE}/api/v1/uploads", headers=HEADERS)
for options in [{"chunk_size": 2_000_000}, {"chunk_size": 1_000_000, "upload_checksum": True}]:
    content = secrets.token_hex(1_500_000).encode()
    with open(FILE, "wb") as file:
        file.write(content)
    uploader = client.uploader(
        FILE, metadata={"filename": "số liệu.txt"}, retries=20, retry_delay=1, **options
    )
    uploader.upload()
    attach(uploader.url, content)

# Stopped after a part and taken up again by another instance.
content = secrets.token_hex(1_500_000).encode()
with open(FILE, "wb") as file:
    file.write(content)
stopped = client.uploader(FILE, chunk_size=1_000_000, metadata={"filename": "số liệu.txt"}, retries=20, retry_delay=1)
stopped.upload_chunk()
resumed = client.uploader(FILE, chunk_size=1_000_000, url=stopped.url, retries=20, retry_delay=1)
assert resumed.offset == 1_000_000, resumed.offset
resumed.upload()
attach(resumed.url, content)
print("tuspy: uploaded over a line that breaks, with and without checksums, resumed")

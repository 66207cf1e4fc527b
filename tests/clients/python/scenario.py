"""Uses the archive through the client that openapi-python-client makes of its description."""

import io
import os
import time

import httpx

from kho_chung_client import AuthenticatedClient, Client
from kho_chung_client.api.files import attach_file
from kho_chung_client.api.operation import create_token, read_index, read_me
from kho_chung_client.api.search import search_assets
from kho_chung_client.api.works import create_asset, list_changes, publish_asset
from kho_chung_client.models import NewTokenBody, SearchAssetsExpandItem, SearchAssetsIncludeItem, Work
from kho_chung_client.types import File

BASE = os.environ["KHOCHUNG_BASE"]
admin = AuthenticatedClient(base_url=BASE, token=os.environ["KHOCHUNG_TOKEN"])
anybody = Client(base_url=BASE)

assert read_index.sync(client=anybody).name == "khochung"

# Create a work.
word = f"pyclient{time.time_ns()}"
work = Work.from_dict(
    {
        "titles": {"vi": f"Quyền trẻ em {word}"},
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "credit_line": "Kho Chung",
        "body": "Trẻ em có quyền được học tập.",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "access": "public",
    }
)
created = create_asset.sync_detailed(client=admin, body=work, idempotency_key=word)
assert created.status_code == 201, created.content
identifier = created.parsed.id

# Upload bytes.
content = "Trẻ em có quyền được học tập.\n".encode()
attached = attach_file.sync_detailed(
    identifier, client=admin, body=File(payload=io.BytesIO(content)), name="bai.txt", language="vi"
)
assert attached.status_code == 201, attached.content
assert attached.parsed.asset.files[0].size == len(content)

# Publish it.
revision = attached.parsed.asset.revision
published = publish_asset.sync_detailed(identifier, client=admin, if_match=f'"{revision}"')
assert published.status_code == 200, published.content

# Follow the changes until the publication.
after, log = 0, None
while True:
    page = list_changes.sync_detailed(client=anybody, after=after, limit=200, **({"log": log} if log else {}))
    assert page.status_code == 200, page.content
    after, log = page.parsed.next_, page.parsed.log
    if any(change.asset == identifier and change.state == "available" for change in page.parsed.items):
        break
    assert not page.parsed.at_end, "the publication is not in the change feed"

# Search for it, with expansions. On a busy machine the index may need longer than one request waits.
for _ in range(60):
    found = search_assets.sync_detailed(
        client=anybody,
        q=f"quyen tre em {word}",
        event=after,
        expand=[SearchAssetsExpandItem.NARROWER],
        include=[SearchAssetsIncludeItem.CITATION],
    )
    assert found.status_code == 200, found.content
    if not found.parsed.stale:
        break
hit = found.parsed.items[0].asset
assert hit.id == identifier
assert hit.citation["en"].endswith(hit.links.self_)

# Download what this reader gets of its file.
available = hit.files[0].available
assert httpx.get(available.address).content == content
assert available.size == len(content)
assert all(expansion.added for expansion in found.parsed.interpretation.expansions)

# Make a token and use it.
token = create_token.sync_detailed(client=admin, body=NewTokenBody.from_dict({"role": "partner", "label": word}))
assert token.status_code == 201, token.content
partner = AuthenticatedClient(base_url=BASE, token=token.parsed.secret)
assert read_me.sync(client=partner).role == "partner"
print("python: created, uploaded, published, followed, found, made a token")

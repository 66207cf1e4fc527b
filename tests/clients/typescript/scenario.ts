// Uses the archive through the types that openapi-typescript makes of its description.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const baseUrl = process.env["KHOCHUNG_BASE"] ?? "";
const admin = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${process.env["KHOCHUNG_TOKEN"]}` },
});
const anybody = createClient<paths>({ baseUrl });

const index = await anybody.GET("/api/v1");
assert.equal(index.data?.name, "khochung");

const before = await anybody.GET("/api/v1/changes", { params: { query: { limit: 1 } } });
assert.ok(before.data);
let cursor = { after: 0, log: before.data.log };

// Create a work.
const word = `tsclient${Date.now()}`;
const created = await admin.POST("/api/v1/assets", {
  params: { header: { "Idempotency-Key": word } },
  body: {
    titles: { vi: `Quyền trẻ em ${word}` },
    kind: "article",
    organisation: "dic",
    languages: ["vi"],
    strand: "educate",
    themes: ["international-law"],
    credit_line: "Kho Chung",
    body: "Trẻ em có quyền được học tập.",
    reuse_terms: "cc-by-4.0",
    people_shown: "none-identifiable",
    access: "public",
  },
});
assert.ok(created.data, JSON.stringify(created.error));
const id = created.data.id;

// Upload bytes.
const content = new TextEncoder().encode("Trẻ em có quyền được học tập.\n");
const attached = await admin.POST("/api/v1/assets/{id}/files", {
  params: { path: { id }, query: { name: "bai.txt", role: "transcript", language: "vi" } },
  headers: { "Content-Type": "application/octet-stream" },
  body: content as unknown as string,
  bodySerializer: (body) => body as unknown as BodyInit,
});
assert.ok(attached.data, JSON.stringify(attached.error));
assert.equal(attached.data.asset.files[0]?.size, content.length);

// Publish it.
const revision = attached.data.asset.revision;
const published = await admin.PUT("/api/v1/assets/{id}/publication", {
  params: { path: { id }, header: { "If-Match": `"${revision}"` } },
});
assert.equal(published.data?.state, "published", JSON.stringify(published.error));

// Follow the changes until the publication.
for (let pages = 0, seen = false; !seen; pages += 1) {
  assert.ok(pages < 1000);
  const page = await anybody.GET("/api/v1/changes", { params: { query: { ...cursor, limit: 200 } } });
  assert.ok(page.data, JSON.stringify(page.error));
  seen = page.data.items.some((change) => change.asset === id && change.state === "available");
  cursor = { after: page.data.next, log: page.data.log };
}

// Search for it, with expansions. On a busy machine the index may need longer than one request waits.
const search = () =>
  anybody.GET("/api/v1/search", {
    params: {
      query: {
        q: `quyen tre em ${word}`,
        event: cursor.after,
        expand: ["narrower"],
        facets: ["kind"],
        sort: "relevance",
        include: ["labels", "licence"],
      },
    },
  });
let found = await search();
for (let tries = 0; found.data?.stale && tries < 60; tries += 1) found = await search();
const hit = found.data?.items[0]?.asset;
assert.ok(found.data && hit, JSON.stringify(found.error));
assert.equal(hit.id, id);
assert.ok(hit.licence && hit.labels?.some((label) => label.scheme === "theme" && label.labels["vi"]));
for (const expansion of found.data.interpretation.expansions) {
  assert.ok(expansion.added.length > 0);
}

// Download what this reader gets of its file.
const available = hit.files[0]?.available;
assert.ok(available);
const downloaded = await (await fetch(available.address)).arrayBuffer();
assert.equal(downloaded.byteLength, available.size);

// Make a token and use it.
const token = await admin.POST("/api/v1/tokens", { body: { role: "partner", label: word } });
assert.ok(token.data, JSON.stringify(token.error));
const me = await createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${token.data.secret}` },
}).GET("/api/v1/me");
assert.equal(me.data?.role, "partner");

// An error is a typed problem.
const refused = await anybody.GET("/api/v1/assets/{id}", {
  params: { path: { id: "01890000-0000-7000-8000-000000000000" } },
});
assert.equal(refused.error?.status, 404);
console.log("typescript: created, uploaded, published, followed, found, made a token");

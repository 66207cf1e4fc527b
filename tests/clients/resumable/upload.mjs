// Uploads with tus-js-client, unmodified, over a line that breaks.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import * as tus from "tus-js-client";

const base = process.env.KHOCHUNG_LINE;
const headers = { Authorization: `Bearer ${process.env.KHOCHUNG_TOKEN}` };
const retryDelays = Array(20).fill(200);

const text = () => Buffer.from(randomBytes(1_500_000).toString("hex"));

const upload = (input, options) =>
  new Promise((resolve, reject) => {
    const started = new tus.Upload(input, {
      endpoint: `${base}/api/v1/uploads`,
      headers,
      retryDelays,
      metadata: { filename: "số liệu.txt", filetype: "text/plain", relativePath: "null" },
      onError: reject,
      onSuccess: () => resolve(started.url),
      ...options(() => started, resolve),
    });
    started.start();
  });

const call = async (method, path, body) => {
  const json = body && { "Content-Type": "application/json" };
  // Not over the line that breaks.
  const answer = await fetch(`${process.env.KHOCHUNG_BASE}${path}`, {
    method,
    headers: { ...headers, ...json },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path} ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
};

const attach = async (url, content) => {
  const work = await call("POST", "/api/v1/assets", { titles: { vi: "Số liệu" }, organisation: "dic" });
  const id = url.split("/").pop();
  const attached = await call("POST", `/api/v1/assets/${work.id}/uploads/${id}`);
  assert.equal(attached.sha256, createHash("sha256").update(content).digest("hex"));
  assert.equal(attached.asset.files[0].name, "số liệu.txt");
};

// All at once, and as often as the line breaks.
const first = text();
await attach(await upload(first, () => ({})), first);

// In pieces from a file; stopped by its user and taken up again by another instance.
const second = text();
writeFileSync(process.env.KHOCHUNG_FILE, second);
const pieces = { chunkSize: 400_000, uploadSize: second.length };
const stopped = await upload(createReadStream(process.env.KHOCHUNG_FILE), (self, resolve) => ({
  ...pieces,
  onChunkComplete: (_, sent) => {
    if (sent > 1_000_000) self().abort().then(() => resolve(self().url));
  },
}));
const resumed = await upload(createReadStream(process.env.KHOCHUNG_FILE), () => ({ ...pieces, uploadUrl: stopped }));
assert.equal(resumed, stopped);
await attach(resumed, second);

// With the first bytes in the creation.
const third = text();
await attach(await upload(third, () => ({ chunkSize: 500_000, uploadDataDuringCreation: true })), third);

// Given up for good.
const url = await upload(first, (self, resolve) => ({
  chunkSize: 400_000,
  onChunkComplete: () => resolve(self().url),
}));
await tus.Upload.terminate(url, { headers, retryDelays: [] });
const gone = await fetch(url, { method: "HEAD", headers: { ...headers, "Tus-Resumable": "1.0.0" } });
assert.equal(gone.status, 404);
console.log("tus-js-client: uploaded over a line that breaks, resumed, terminated");
// The last upload may still be sending.
process.exit(0);

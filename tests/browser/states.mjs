// Pages that follow from what one has done, in both languages, wide and narrow: drafts, a form over a lost session, a second
// factor, one-time links, a bulk act, a withdrawn work.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { accounts, base, browser, find, inspect, numberInspected, open, watch, workWith } from "./support.mjs";

const places = {
  vi: { deposit: "/gui", account: "/tai-khoan", signIn: "/dang-nhap", bulk: "/hang-loat", admin: "/quan-tri" },
  en: { deposit: "/en/deposit", account: "/en/account", signIn: "/en/sign-in", bulk: "/en/bulk", admin: "/en/admin" },
};
const isFailedLoad = (text) => text.startsWith("Failed to load resource");
const saveButton = "#mo-ta button.btn:not([type=button])";

async function signIn(page, path, [login, password]) {
  await page.goto(base + path);
  await page.fill("[name=login]", login);
  await page.fill("[name=password]", password);
  await page.click("main form button");
}

/** A draft, the same with an error, and the form of one whose session has ended. */
async function drafts({ deposit }) {
  const page = await open("contributor", 1280);
  const wrong = watch(page, isFailedLoad);
  await page.goto(base + deposit);
  await page.fill("[name=title]", "Bản nháp để xem");
  await page.click(saveButton);
  await page.waitForURL(/[0-9a-f-]{36}#tep$/);
  const draft = page.url();
  await inspect(page, "draft");
  await page.fill("[name=made]", "hôm qua");
  await page.click(saveButton);
  await page.waitForSelector("#made-loi");
  await inspect(page, "draft with an error");
  await page.goto(draft);
  await page.fill("[name=body]", "Gõ trước khi hết phiên.");
  await page.context().clearCookies();
  await page.click(saveButton);
  await page.waitForSelector("[name=typed]", { state: "attached" });
  await inspect(page, "sign-in that carries a form");
  const [login, password] = accounts.contributor;
  await page.fill("[name=login]", login);
  await page.fill("[name=password]", password);
  await page.click("main form button");
  await page.waitForSelector("[name=resume]", { state: "attached" });
  await inspect(page, "signed in again");
  await page.click("main form button");
  await page.waitForSelector("#mo-ta");
  assert.equal(await page.inputValue("[name=body]"), "Gõ trước khi hết phiên.");
  await inspect(page, "resumed form");
  assert.deepEqual(wrong, []);
  await page.context().close();
}

/** The code of an authenticator program: RFC 6238, the secret in Base32. */
function totp(secret) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A second factor from the key to signing in with it; a token of a program. */
async function secondFactor({ account, signIn: path }) {
  const page = await open("contributor", 1280);
  const wrong = watch(page);
  await page.goto(base + account);
  await page.fill("#ma-ten", "Máy quét");
  await page.click("[value=create-token]");
  await page.waitForSelector("#ma-tc");
  await inspect(page, "a token, shown once");
  await page.click("[value=revoke-token]");
  await page.click("[value=begin-totp]");
  const secret = await page.textContent("[aria-labelledby=bat] b.num");
  await inspect(page, "the key of a generator");
  await page.fill("#ma-moi", totp(secret.replaceAll(" ", "")));
  await page.click("[value=confirm-totp]");
  const code = await page.textContent(".codes li >> nth=0");
  await inspect(page, "recovery codes");
  const other = await open(null, 1280);
  const wrongThere = watch(other);
  await signIn(other, path, accounts.contributor);
  await other.waitForSelector("#ma");
  await inspect(other, "second factor");
  await other.fill("#ma", "000000");
  await other.click("main form button");
  await other.waitForSelector("[role=alert]");
  await inspect(other, "wrong second factor");
  await other.fill("#ma", code);
  await other.click("main form button");
  await other.waitForURL(`${base}/`);
  await page.click("[value=remove-totp]");
  await page.waitForSelector("[value=begin-totp]");
  assert.deepEqual([...wrong, ...wrongThere], []);
  for (const one of [page, other]) await one.context().close();
}

/** What an administrator hands over, and what its holder does with it. */
async function oneTimeLink({ admin }, login) {
  const page = await open("admin", 1280);
  const wrong = watch(page);
  await page.goto(base + admin);
  await page.fill("#login", login);
  await page.selectOption("#role", "editor");
  await page.click("[value=invite]");
  const link = await page.textContent(".stamp .quote");
  assert.match(link, new RegExp(`^${base}/account-links/`));
  await inspect(page, "a one-time link to hand over");
  const context = await browser.newContext({ bypassCSP: true, locale: admin.startsWith("/en") ? "en-GB" : "vi-VN" });
  const holder = await context.newPage();
  const wrongThere = watch(holder);
  await holder.goto(link);
  await inspect(holder, "one-time link");
  for (const name of ["password", "again"]) await holder.fill(`[name=${name}]`, "trời xanh 7 quả đồi");
  await holder.click("main form button");
  await holder.waitForSelector("main a.btn");
  await inspect(holder, "password chosen");
  assert.deepEqual([...wrong, ...wrongThere], []);
  for (const one of [page, holder]) await one.context().close();
}

/** One act on two works: the form, its preview, its result, undone. */
async function bulk({ bulk: path }, works) {
  const page = await open("editor", 1280);
  const wrong = watch(page);
  await page.goto(`${base}${path}?${works.map((id) => `work=${id}`).join("&")}`);
  await page.selectOption("[name=mode-credit_line]", "set");
  await page.fill("[name=value-credit_line]", "Ảnh: Trung tâm Văn hóa");
  await page.click("[value=preview]");
  await page.waitForSelector("[value=run]");
  await inspect(page, "preview of a bulk act");
  await page.click("[value=run]");
  await page.waitForURL(/[0-9a-f-]{36}$/);
  for (let waited = 0; waited < 100 && !(await page.locator("#hoan-tac").count()); waited += 1) {
    await page.waitForTimeout(100);
    await page.reload();
  }
  await inspect(page, "result of a bulk act");
  await page.click("#hoan-tac");
  await page.waitForURL(/[0-9a-f-]{36}$/);
  await inspect(page, "a bulk act that is undone");
  assert.deepEqual(wrong, []);
  await page.context().close();
}

/** What is left of a work that an editor withdraws. */
async function withdrawn(id) {
  const editor = await open("editor", 1280);
  await editor.goto(`${base}/duyet/${id}`);
  await editor.fill("[name=reason]", "Người trong ảnh xin rút");
  await editor.click("[value=withdraw]");
  await editor.waitForURL(/\/duyet/);
  await editor.context().close();
  const page = await open(null, 1280);
  const wrong = watch(page, isFailedLoad);
  for (const path of [`/t/${id}`, `/en/w/${id}`, `/nhung/${id}`]) {
    assert.equal((await page.goto(base + path)).status(), 410);
    await inspect(page, `withdrawn: ${path}`);
  }
  assert.deepEqual(wrong, []);
  await page.context().close();
}

/** An old browser, or one without WebAuthn: the page of signing in works. */
async function withoutPasskeys({ signIn: path }) {
  const page = await open(null, 1280);
  const wrong = watch(page);
  await page.addInitScript(() => { delete window.PublicKeyCredential; });
  await page.goto(base + path);
  assert.equal(await page.isVisible("#vao-bang-khoa"), false);
  assert.deepEqual(wrong, []);
  await page.context().close();
}

/** Of two transcripts each has its own button, which copies its own line. */
async function copiedLine() {
  const page = await open(null, 1280);
  const wrong = watch(page);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const bulletin = await find("q=ban+tin+khai+giang&has=audio");
  await page.route(/\/t\//, async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    const [section] = html.match(/<section[^>]*aria-labelledby="loi-van-1">[\s\S]*?<\/section>/);
    const other = section.replaceAll("loi-van-1", "loi-van-2").replaceAll(/ id="t=[^"]*"/g, "").replaceAll(/<p>[^<]*<\/p><\/li>/g, "<p>Bản dịch.</p></li>");
    await route.fulfill({ response: answer, body: html.replace(section, section + other) });
  });
  await page.goto(`${base}/t/${bulletin}?t=0:08`);
  const copied = async (button) => {
    await page.click(`[data-copy-line] >> nth=${button}`);
    return page.evaluate(() => navigator.clipboard.readText());
  };
  assert.match(await copied(1), /^“Bản dịch\.” \(.*, \d+:\d\d\)/);
  assert.doesNotMatch(await copied(0), /Bản dịch/);
  assert.deepEqual(wrong, []);
  await page.context().close();
}

const works = await Promise.all(["text", "image"].map(workWith));
const film = await workWith("video");
for (const [language, paths] of Object.entries(places)) {
  await drafts(paths);
  await secondFactor(paths);
  await oneTimeLink(paths, `phong.moi.${language}@gialai.example`);
  await bulk(paths, works);
  await withoutPasskeys(paths);
}
await copiedLine();
await withdrawn(film);
await browser.close();
console.log(`browser: ${numberInspected()} states of pages without a violation`);

// Those who sign in, with scripts: a deposit over a line that breaks, and the review queue by keys.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const base = process.env.KHOCHUNG_BASE;
const accounts = {
  contributor: ["xa-ia-grai", process.env.KHOCHUNG_CONTRIBUTOR],
  editor: ["bien-tap", process.env.KHOCHUNG_EDITOR],
};

const browser = await chromium.launch({
  executablePath: process.env.KHOCHUNG_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

/** A page of this role; whatever the content security policy or a script complains of fails the test. */
async function signIn(role, viewport) {
  const context = await browser.newContext({ viewport, locale: "vi-VN" });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    const isLine = message.text().includes("net::ERR_") || message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isLine) wrong.push(message.text());
  });
  await page.goto(`${base}/dang-nhap?return=%2F`);
  const [login, password] = accounts[role];
  await page.fill("[name=login]", login);
  await page.fill("[name=password]", password);
  await page.click("main form button");
  await page.waitForURL(`${base}/`);
  return { context, page, wrong };
}

/** Waits for something on the page. Not `waitForFunction`, which evaluates text, and the policy of the pages forbids that. */
async function until(page, holds) {
  for (let waited = 0; waited < 60_000; waited += 100) {
    const isLeft = (error) => assert.match(String(error), /context was destroyed/);
    if (await page.evaluate(holds).catch(isLeft)) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`never: ${holds}`);
}

/** A deposit: two files, the line broken in the middle of the larger one, nothing retyped. */
async function depositOverABrokenLine() {
  const { context, page, wrong } = await signIn("contributor", { width: 360, height: 800 });
  const tus = [];
  page.on("request", (request) => {
    if (/\/static\/tus/.test(request.url())) tus.push(request.url());
  });
  await page.goto(`${base}/gui`);
  assert.equal(tus.length, 0);
  const line = await context.newCDPSession(page);
  const conditions = { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: 400_000 };
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", conditions);
  const text = Buffer.from("Quyền con người. ".repeat(60_000)); // 1,2 MB
  await page.setInputFiles("#chon-tep", [
    { name: "hong.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 3]) },
    { name: "dai.txt", mimeType: "text/plain", buffer: text },
  ]);
  await until(page, () => [...document.querySelectorAll("#tep-gui progress")].some((bar) => bar.value > 0.1 && bar.value < 0.9));
  assert.equal(tus.length, 1, "loaded when the first file is chosen");
  await page.fill("[name=title]", "Gửi qua đường truyền đứt");
  await line.send("Network.emulateNetworkConditions", { ...conditions, offline: true });
  await page.fill("[name=body]", "Gõ khi mất mạng.");
  await page.locator("[name=body]").blur();
  await until(page, () => /Chưa lưu/.test(document.getElementById("da-luu").textContent));
  await line.send("Network.emulateNetworkConditions", { ...conditions, uploadThroughput: -1 });
  await until(page, () => document.querySelectorAll("#tep-gui [name=upload]").length === 2);
  await page.locator("[name=title]").focus();
  await page.locator("[name=title]").blur();
  await until(page, () => /Đã lưu lúc/.test(document.getElementById("da-luu").textContent));
  const draft = new URL(page.url()).pathname;
  assert.match(draft, /^\/gui\/[0-9a-f-]{36}$/, "the address is that of the draft");
  await page.selectOption("[name=kind]", "article");
  await page.click("#mo-ta button.btn:not([type=button])");
  await page.waitForSelector(".n-bad");
  assert.equal(new URL(page.url()).pathname, draft);
  const main = await page.textContent("main");
  assert.match(main, /hong\.bin: /, "the bad file is named");
  assert.match(main, /dai\.txt: TXT/, "and stopped no other");
  assert.equal(await page.inputValue("[name=body]"), "Gõ khi mất mạng.");
  assert.equal(await page.inputValue("[name=kind]"), "article");
  // The text of this device is restored on request, and wiped at signing out.
  // Two emulations of one line do not get on with each other.
  await line.detach();
  await context.setOffline(true);
  await page.fill("[name=description]", "Chỉ có trên máy này");
  await until(page, () => Object.values(localStorage).some((text) => text.includes("Chỉ có trên máy này")));
  await page.goto("about:blank");
  await context.setOffline(false);
  await page.goto(base + draft);
  await page.click("p.note button >> nth=0");
  assert.equal(await page.inputValue("[name=description]"), "Chỉ có trên máy này");
  await page.click("#thoat button");
  await page.waitForURL(`${base}/`);
  const left = await page.evaluate(() => Object.keys(localStorage).filter((name) => /^(draft:|tus::)/.test(name)));
  assert.deepEqual(left, []);
  assert.deepEqual(wrong, []);
  await context.close();
  return draft;
}

/** The button saves at once what was just typed, and with it the files that are still being sent; nothing is left on the device. */
async function saveAtOnce() {
  const { context, page, wrong } = await signIn("contributor", { width: 360, height: 800 });
  const save = "#mo-ta button.btn:not([type=button])";
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("draft:")));
  // Saving takes its time, so that the form could overtake it.
  await page.route(/\/gui/, async (route) => {
    const isScript = route.request().headers().accept === "application/json";
    const answer = isScript ? await route.fetch() : null;
    if (!isScript) return route.continue();
    await new Promise((done) => { setTimeout(done, 700); });
    return route.fulfill({ response: answer });
  });
  await page.goto(`${base}/gui`);
  await page.fill("[name=title]", "Bấm lưu ngay");
  await page.click(save);
  await page.waitForURL(/\/gui\/[0-9a-f-]{36}#tep$/);
  const draft = new URL(page.url()).pathname;
  await page.fill("[name=made]", "28/8/2024");
  await page.click(save);
  await until(page, () => document.querySelector("[name=made]")?.value === "2024-08-28");
  assert.equal(await page.locator(".n-bad").count(), 0, "no conflict with itself");
  assert.deepEqual(await kept(), []);
  await page.goto(`${base}/gui`);
  assert.equal(await page.locator("p.note.row").count(), 0, "nothing is offered that was saved");
  assert.equal(await page.inputValue("[name=title]"), "");
  // A file is being sent while the button is pressed.
  await page.goto(base + draft);
  const line = await context.newCDPSession(page);
  const conditions = { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: 200_000 };
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", conditions);
  const text = Buffer.from("Quyền con người. ".repeat(30_000)); // 0,6 MB
  await page.setInputFiles("#chon-tep", { name: "cham.txt", mimeType: "text/plain", buffer: text });
  await page.fill("[name=body]", "Gõ trong lúc gửi tệp.");
  await page.click(save);
  // The text is saved meanwhile, and the notice about the file stays.
  await until(page, () => /Đã lưu lúc/.test(document.getElementById("da-luu").textContent));
  assert.match(await page.textContent("#cho-tep"), /Còn tệp đang gửi/);
  await line.send("Network.emulateNetworkConditions", { ...conditions, uploadThroughput: -1 });
  await page.waitForURL(/#tep$/);
  await until(page, () => /cham\.txt: TXT/.test(document.getElementById("tep").textContent));
  assert.equal(await page.inputValue("[name=body]"), "Gõ trong lúc gửi tệp.");
  // A file that is refused meanwhile is shown instead of being left out.
  await line.send("Network.emulateNetworkConditions", conditions);
  let refuse;
  const isPressed = new Promise((done) => { refuse = done; });
  await page.route(/\/api\/v1\/uploads/, async (route) => {
    await isPressed;
    await route.fulfill({ status: 413, contentType: "application/problem+json", body: '{"detail":"Tệp quá lớn."}' });
  });
  await page.setInputFiles("#chon-tep", { name: "to.txt", mimeType: "text/plain", buffer: text });
  await page.click(save);
  await until(page, () => /Còn tệp đang gửi/.test(document.getElementById("cho-tep").textContent));
  refuse();
  await until(page, () => /Chưa lưu: có tệp bị từ chối/.test(document.getElementById("cho-tep").textContent));
  assert.match(await page.textContent("#tep-gui .bad"), /Tệp quá lớn/);
  await page.unroute(/\/api\/v1\/uploads/);
  // No more files than one form may have.
  const many = Array.from({ length: 51 }, (_, number) => ({ name: `t${number}.txt`, mimeType: "text/plain", buffer: Buffer.from("t") }));
  await page.setInputFiles("#chon-tep", many);
  await until(page, () => document.querySelectorAll("#tep-gui .bad").length === 2);
  assert.match(await page.textContent("#tep-gui .bad >> nth=1"), /nhiều nhất 50 tệp/);
  assert.deepEqual(wrong, []);
  await context.close();
}

/** The queue by keys: dead in fields and while letters are composed, and when they are switched off. */
async function decideByKeys() {
  const { context, page, wrong } = await signIn("editor", { width: 1280, height: 900 });
  await page.goto(`${base}/duyet`);
  const current = () => page.getAttribute(".queue [aria-current] a", "href");
  const first = await current();
  const second = await page.getAttribute(".queue li:nth-child(2) a", "href");
  await page.keyboard.press("j");
  await page.waitForURL(base + second);
  await page.keyboard.press("k");
  await page.waitForURL(base + first);
  await page.keyboard.press("x");
  assert.equal(await page.isChecked(".queue [aria-current] [type=checkbox]"), true);
  // r leads into the field for the reason, where letters are letters.
  await page.keyboard.press("r");
  assert.equal(await page.evaluate(() => document.activeElement.id), "ly-do");
  await page.keyboard.type("ajkpx");
  assert.equal(await page.inputValue("#ly-do"), "ajkpx");
  assert.equal(new URL(page.url()).pathname, first);
  await page.locator("#ly-do").blur();
  // Telex and VNI compose letters: such a key is none of the queue.
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", isComposing: true, bubbles: true })));
  await page.waitForTimeout(300);
  assert.equal(new URL(page.url()).pathname, first);
  await page.keyboard.press("?");
  await page.uncheck("#dung-phim");
  await page.locator("#dung-phim").blur();
  await page.keyboard.press("j");
  await page.waitForTimeout(300);
  assert.equal(new URL(page.url()).pathname, first);
  await page.reload();
  await page.keyboard.press("?");
  assert.equal(await page.getAttribute("#phim", "open"), null, "switched off on the next page, too");
  await page.click("#phim summary");
  await page.check("#dung-phim");
  // A decision opens the next one: reason and Enter.
  await page.locator("#dung-phim").blur();
  await page.keyboard.press("r");
  await page.fill("#ly-do", "Ghi thêm nơi chụp");
  await page.keyboard.press("Enter");
  await page.waitForURL(base + second);
  await page.goto(base + first);
  assert.match(await page.textContent(".decide h3"), /bị trả lại/, "Enter returns, and does not accept");
  assert.deepEqual(wrong, []);
  await context.close();
}

await depositOverABrokenLine();
await saveAtOnce();
await decideByKeys();
await browser.close();
console.log("browser: a deposit over a broken line, the queue by keys");

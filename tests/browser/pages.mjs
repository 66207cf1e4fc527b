// Every page, in both languages, wide and narrow: no violation that axe-core finds, no error in the console, no request to
// another host, no scrolling sideways. Then a deposit and a decision without scripts.

import assert from "node:assert/strict";
import { base, browser, find, open, violations, widths, workWith } from "./support.mjs";

async function check(page, path, status) {
  const wrong = [];
  const onConsole = (message) => {
    const isExpected = status >= 400 && message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isExpected) wrong.push(`console: ${message.text()}`);
  };
  const onRequest = (request) => {
    if (!request.url().startsWith(base)) wrong.push(`calls ${request.url()}`);
  };
  const onDialog = (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  };
  page.on("console", onConsole).on("request", onRequest).on("dialog", onDialog);
  const answer = await page.goto(base + path);
  page.off("request", onRequest);
  if (answer.status() !== status) wrong.push(`status ${answer.status()}`);
  wrong.push(...(await violations(page)));
  page.off("console", onConsole).off("dialog", onDialog);
  assert.deepEqual(wrong, [], path);
}

// Reading pages: recordings, documents, pictures, parts, frames, vocabularies, help.
const [document, exhibition] = await Promise.all([workWith("document"), find("kind=mobile-exhibition")]);
const [sound, picture, film, text] = await Promise.all(["audio", "image", "video", "text"].map(workWith));
const record = await (await fetch(`${base}/api/v1/assets/${document}`)).json();
const read = record.files.find((file) => file.text?.state === "ready").sha256;
const pages = [
  [null, "/", "/en", 200],
  [null, "/tim?q=quyen+hoc+tap", "/en/search?q=quyen+hoc+tap", 200],
  [null, "/tim?q=zzqqxx", "/en/search?q=zzqqxx", 200],
  [null, `/t/${sound}#t=1.0`, `/en/w/${sound}`, 200],
  [null, `/t/${picture}`, `/en/w/${picture}`, 200],
  [null, `/t/${film}`, `/en/w/${film}`, 200],
  [null, `/t/${text}`, `/en/w/${text}`, 200],
  [null, `/t/${document}?page=2`, `/en/w/${document}`, 200],
  [null, `/t/${exhibition}`, `/en/w/${exhibition}`, 200],
  [null, `/t/${picture}/anh/1`, `/en/w/${picture}/photo/1`, 200],
  [null, `/nhung/${sound}`, `/en/embed/${picture}`, 200],
  [null, "/danh-muc", "/en/vocabularies", 200],
  [null, "/danh-muc?scheme=place", "/en/vocabularies?scheme=audience&order=alphabetical", 200],
  [null, "/tro-giup", "/en/help", 200],
  [null, "/tiep-can", "/en/accessibility", 200],
  [null, "/dai", "/en/station?language=vi", 200],
  [null, "/dang-nhap", "/en/sign-in", 200],
  [null, "/duyet", "/en/review", 401],
  [null, "/tim?sort=x", "/en/search?sort=x", 400],
  ["contributor", "/cua-toi", "/en/mine", 200],
  ["contributor", "/gui", "/en/deposit", 200],
  ["contributor", "/nhap-bang", "/en/tables", 200],
  ["contributor", "/tai-khoan", "/en/account", 200],
  [null, "/quen-mat-khau", "/en/forgotten-password", 200],
  ["editor", "/duyet", "/en/review", 200],
  ["editor", "/tong-quan", "/en/overview", 200],
  ["admin", "/quan-tri", "/en/admin", 200],
  ["contributor", "/tong-quan", "/en/overview", 200],
  ["editor", `/hang-loat?work=${sound}&work=${text}`, `/en/bulk?work=${sound}`, 200],
  ["editor", "/hang-loat", "/en/bulk?kind=article&q=quyen", 200],
  ["editor", `/t/${document}/chu/${read}`, `/en/w/${document}/text/${read}?page=1`, 200],
];
for (const width of widths) {
  for (const role of [null, "contributor", "editor", "admin"]) {
    const page = await open(role, width);
    for (const [needed, vietnamese, english, status] of pages) {
      if (needed !== role) continue;
      await check(page, vietnamese, status);
      await check(page, english, status);
    }
    await page.context().close();
  }
}

// By keyboard: the waveform is a slider, a line of the transcript plays from its second, words are found in it.
const listener = await open(null, 1280);
const bulletin = await find("q=ban+tin+khai+giang&has=audio");
await listener.goto(`${base}/t/${bulletin}?t=0:08`);
const slider = listener.locator("[role=slider]");
const value = async () => [await slider.getAttribute("aria-valuenow"), await slider.getAttribute("aria-valuetext")];
assert.deepEqual(await value(), ["8", "8 giây trong 26 giây"]);
await slider.focus();
for (const [key, second] of [["ArrowRight", "13"], ["ArrowLeft", "8"], ["Home", "0"], ["End", "26"], ["PageDown", "0"]]) {
  await listener.keyboard.press(key);
  assert.equal((await value())[0], second, key);
}
const { x, y, width, height } = await slider.boundingBox();
await listener.mouse.click(x + width / 2, y + height / 2);
assert.equal((await value())[0], "13");
await listener.fill(".find-line input", "khai giang");
assert.equal(await listener.textContent(".find-line [role=status]"), "1 câu có từ này");
assert.equal(await listener.textContent("mark"), "khai giảng");
await listener.keyboard.press("Enter");
assert.equal(await listener.evaluate(() => document.activeElement.closest("[data-start]").dataset.start), "4.248");
await listener.keyboard.press("Enter");
assert.match(listener.url(), /\?t=4\.248#t=4\.248$/);
assert.match(await listener.textContent("[data-start][aria-current]"), /Đang nghe/);

// The arrow keys turn pictures, and Back leads to where the reader came from.
const essay = await find("kind=photo-essay");
await listener.goto(`${base}/tim?kind=photo-essay`);
await listener.goto(`${base}/t/${essay}`);
await listener.click("#anh-1 .photo a");
const isReady = (number) => Promise.all([listener.waitForURL(`**/anh/${number}`), listener.waitForSelector("[data-keys]")]);
await isReady(1);
for (const [key, number] of [["ArrowRight", 2], ["ArrowRight", 3], ["ArrowLeft", 2]]) {
  await listener.keyboard.press(key);
  await isReady(number);
}
await listener.goBack();
assert.equal(listener.url(), `${base}/t/${essay}`);

// Without scripts a line of the transcript opens the recording at its second.
const quiet = await open(null, 320, false);
await quiet.goto(`${base}/t/${bulletin}`);
await quiet.click("[data-start='8.652'] a");
assert.match(await quiet.getAttribute("audio", "src"), /#t=8\.652$/);
assert.equal(await quiet.isVisible("[data-copy]"), false);
assert.equal(await quiet.isVisible(".find-line"), false);

// Without scripts: a contributor deposits and submits, an editor returns it.
const officer = await open("contributor", 360, false);
await officer.goto(`${base}/gui`);
await officer.fill("[name=title]", "Gửi từ trình duyệt không script");
await officer.selectOption("[name=kind]", "article");
await officer.fill("[name=made]", "28/8/2024");
await officer.fill("[name=body]", "Nội dung của bài.");
await officer.click("main form button");
await officer.waitForURL(/\/gui\/[0-9a-f-]{36}/);
await officer.setInputFiles("[name=file]", { name: "ghi-chep.txt", mimeType: "text/plain", buffer: Buffer.from("Ghi chép.") });
await officer.click("form[enctype] button");
await officer.waitForURL(/#tep$/);
assert.match(await officer.textContent("#tep"), /ghi-chep\.txt: TXT/);
await officer.click("form[action$='/nop'] button");
await officer.waitForSelector(".stamp");
const draft = new URL(officer.url()).pathname;

const editor = await open("editor", 1280, false);
await editor.goto(base + draft.replace("/gui/", "/duyet/"));
await editor.fill("[name=reason]", "Ghi thêm nơi chụp");
await editor.click("button[value=return]");
await editor.waitForURL(`${base}/duyet`);
await officer.goto(base + draft);
assert.match(await officer.textContent("main"), /Ghi thêm nơi chụp/);

await browser.close();
console.log(`browser: ${pages.length * 2 * widths.length} pages without a violation, a deposit and a decision without scripts`);

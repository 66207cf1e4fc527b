// What the tests in a browser share: windows of a role, works of the demo, and what every page keeps to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const base = process.env.KHOCHUNG_BASE;
export const widths = [1280, 320];
export const accounts = {
  contributor: ["xa-ia-grai", process.env.KHOCHUNG_CONTRIBUTOR],
  editor: ["bien-tap", process.env.KHOCHUNG_EDITOR],
  admin: ["quan-tri", process.env.KHOCHUNG_ADMIN],
};
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

export const browser = await chromium.launch({
  executablePath: process.env.KHOCHUNG_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

/** A browser window of this role. `bypassCSP`: axe-core is injected into the page. */
export async function open(role, width, javaScriptEnabled = true) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    bypassCSP: javaScriptEnabled,
    javaScriptEnabled,
  });
  const page = await context.newPage();
  if (role) {
    await page.goto(`${base}/dang-nhap?return=%2F`);
    const [login, password] = accounts[role];
    await page.fill("[name=login]", login);
    await page.fill("[name=password]", password);
    await page.click("main form button");
    await page.waitForURL(`${base}/`);
  }
  return page;
}

/** The id of the first work of a search. */
export async function find(query) {
  const answer = await fetch(`${base}/api/v1/search?${query}&limit=1`);
  return (await answer.json()).items[0].asset.id;
}

/** The id of a work with this kind of file. */
export const workWith = (kind) => find(`has=${kind}`);

/** What the page does that none may do, from now on; a failure that is expected is no mistake. */
export function watch(page, isExpected = () => false) {
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) wrong.push(`calls ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  return wrong;
}

/** What axe-core finds on the page as it is, and whether it scrolls sideways. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document)).violations);
  const wrong = found.map((violation) => `${violation.id}: ${violation.nodes[0].html}`);
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  return isWide ? [...wrong, "scrolls sideways"] : wrong;
}

let inspected = 0;
/** Checks the page as it is, wide and narrow. */
export async function inspect(page, name) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await violations(page), [], `${name}, ${width} pixels wide`);
    inspected += 1;
  }
}
export const numberInspected = () => inspected;

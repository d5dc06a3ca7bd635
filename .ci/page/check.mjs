// check.mjs TREATY FOLDER BROWSER [PICTURES]
//
// Makes pages of plans in FOLDER with the program TREATY, and tries them in a browser: reading without script, finding,
// folding, settling, saving; that the console is clean, nothing is asked of a network, and axe finds nothing. Pictures of
// what it looks like go to the folder PICTURES.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {pathToFileURL} from "node:url";
import puppeteer from "puppeteer-core";

const [treaty, folder, executablePath, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const local = join(folder, "mac"), remote = join(folder, "stick");

function run(...args) { return execFileSync(treaty, args, {encoding: "utf8", cwd: folder, stdio: ["ignore", "pipe", "inherit"]}); }

function put(path, text, at = "2026-03-01T12:00:00Z") {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, text);
  utimesSync(path, new Date(at), new Date(at));
}

function newestPlan() {
  const plans = join(local, ".treaty", "plans");
  return join(plans, readdirSync(plans).filter((name) => name.endsWith(".plan.json")).sort().at(-1));
}

// pageOf makes a page of the newest plan.
function pageOf(name) {
  const file = join(folder, name);
  run("-C", local, "show", "--html", file);
  return file;
}

const browser = await puppeteer.launch({executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu"]});

// open opens a page, and fails where it says something on the console or asks for anything else.
async function open(file, {script = true, width = 1280, dark = false} = {}) {
  const page = await browser.newPage();
  page.on("console", (message) => assert.fail(`console: ${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => assert.fail(`error: ${error.stack}`));
  page.on("request", (request) => assert.match(request.url(), /^(file|blob):/));
  page.setDefaultTimeout(20000);
  await page.setJavaScriptEnabled(script);
  await page.setViewport({width, height: 900});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: dark ? "dark" : "light"}]);
  await page.goto(pathToFileURL(file).href);
  if (script) await page.waitForSelector("#bar:not([hidden])");
  return page;
}

const textOf = (page, selector) => page.$eval(selector, (one) => one.textContent);
const seen = (page, selector) => page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).length);
const idOf = (page, name) => page.evaluate((wanted) => [...document.querySelectorAll("li[id]")].find((row) => nameOf(row) === wanted).id, name);

async function picture(page, name) {
  if (pictures) await page.screenshot({path: join(pictures, name + ".png")});
}

async function accessible(page, what) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => axe.run(document, {resultTypes: ["violations"]}));
  assert.deepEqual(violations.map((one) => [one.id, one.nodes[0].html]), [], what);
}

// trees makes two that were synced, and then changed in every way.
function trees() {
  for (const root of [local, remote]) {
    put(join(root, "letters/kim.txt"), "Dear Kim,\nthe stick is in the post.\nBest wishes\n");
    put(join(root, "old/one.txt"), "one\n");
    put(join(root, "old/two.txt"), "two\n");
    put(join(root, "gone.txt"), "gone\n");
    put(join(root, "both.txt"), "both\n");
    put(join(root, "notes.txt"), "bread\nbutter\n");
  }
  run("plan", local, remote);
  run("-C", local, "approve", "--yes");
  run("-C", local, "apply");
  put(join(local, "letters/kim.txt"), "Dear Kim,\nthe stick is in the blue drawer.\nBest wishes\n", "2026-03-02T12:00:00Z");
  put(join(remote, "letters/kim.txt"), "Dear Kim,\nthe stick is in the post office.\nBest wishes\n", "2026-03-03T12:00:00Z");
  put(join(local, "both.txt"), "here\n", "2026-03-02T12:00:00Z");
  put(join(remote, "both.txt"), "there, later\n", "2026-03-03T12:00:00Z");
  put(join(remote, "notes.txt"), "bread\nbutter\nwine\n", "2026-03-03T12:00:00Z");
  rmSync(join(local, "gone.txt"));
  for (let i = 1; i <= 9; i++) put(join(local, `photos/2026/${i}.jpg`), "x".repeat(i * 40000));
  for (let i = 1; i <= 3; i++) put(join(remote, `music/${i}.ogg`), "y".repeat(i * 90000));
  put(join(local, "</script><script>alert(1)</script>"), "z");
  put(join(local, "we\u202eird \u{1f469}\u200d\u{1f52c}.txt"), "w");
  run("plan", local, remote, "--diffs", "updates");
}

async function readsWithoutScript(file) {
  const page = await open(file, {script: false});
  assert.equal(await seen(page, "form, button"), 0, "nothing is offered that needs the script");
  assert.equal(await seen(page, "li.conflict .choice"), 10);
  assert.equal(await seen(page, "svg[role=img]"), 2);
  assert.ok(await seen(page, ".diff mark") > 2, "words are marked");
  await page.close();
}

async function looksRight(file) {
  for (const [name, look] of Object.entries({light: {}, dark: {dark: true}, phone: {width: 400}, "phone-dark": {width: 400, dark: true}})) {
    const page = await open(file, look);
    await picture(page, name);
    await page.click("#find [name=unfold]");
    await accessible(page, name);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
    if (pictures) await page.screenshot({path: join(pictures, name + "-whole.png"), fullPage: true});
    await page.close();
  }
  const page = await open(file);
  await page.emulateMediaType("print");
  assert.equal(await seen(page, "nav, form, button"), 0);
  if (pictures) await page.pdf({path: join(pictures, "print.pdf")});
  await page.close();
}

async function finds(file) {
  const page = await open(file);
  const found = (text) => page.waitForFunction((wanted) => document.querySelector("#found").textContent === wanted, {timeout: 5000}, text);
  const total = Number((await textOf(page, "#found")).split(" ")[0]);
  await page.keyboard.type("/");
  await page.keyboard.type("photos 9.jpg");
  await found(`1 of ${total} found`);
  assert.equal(await seen(page, "li.op:not(.branch)"), 1);
  await page.$eval("#find [name=words]", (one) => { one.value = ""; });
  await page.click("#find [name=open]");
  await found(`2 of ${total} found`);
  assert.equal(await seen(page, "li.op"), 0);
  await page.click("#find [name=open]");
  await page.click("#kinds input[value=create]");
  await found(`${total - await page.$$eval("li.create", (all) => all.length)} of ${total} found`);
  assert.equal(await seen(page, "li.create"), 0);
  await page.click("#kinds input[value=create]");
  await page.select("#find [name=side]", "local");
  await page.waitForFunction(() => [...document.querySelectorAll("li.op.remote")].every((one) => !one.checkVisibility()));
  await page.select("#find [name=side]", "");
  await found(`${total} in all`);
  await page.click("#find [name=fold]");
  assert.equal(await seen(page, "li.branch li"), 0);
  await page.click("#find [name=unfold]");
  assert.ok(await seen(page, "li.branch li") >= 9);
  await page.close();
}

// settles settles the plan on its page as the commands do, and gives the file that is saved.
async function settles(file) {
  const page = await open(file), downloads = join(folder, "downloads");
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", {behavior: "allow", downloadPath: downloads});
  const [kim, both, music, five] = await Promise.all(["letters/kim.txt", "both.txt", "music/", "5.jpg"].map((name) => idOf(page, name)));
  await page.click(`#${kim} input[value=take-newer]`);
  await page.click(`#${both} input[value=take-local]`);
  await page.click("#bar [name=undo]");
  assert.equal(await textOf(page, `#${both} summary .state`), "not resolved");
  await page.select("#bar [name=all]", "keep-both");
  assert.match(await textOf(page, "#settled"), /no conflict open/);
  await page.$eval(`#${music}`, (row) => row.scrollIntoView());
  await page.waitForSelector(`#${music} > .acts .leave`);
  await page.click(`#${music} > .acts .leave`);
  assert.match(await textOf(page, "#settled"), /4 of \d+ operations left out/);
  assert.equal(await textOf(page, `#${music} > details > summary > .left`), "4 skipped");
  await page.click("#find [name=unfold]");
  await page.$eval(`#${five}`, (row) => row.scrollIntoView({block: "center"}));
  await page.waitForSelector(`#${five} > .acts .do`);
  await page.click(`#${five} > .acts .do`);
  await page.keyboard.type("Ask \"Kim\" 👩‍🔬");
  await accessible(page, "while settling");
  await picture(page, "settling");
  await page.click("#bar [name=save]");
  const saved = join(downloads, (await textOf(page, "#settled")).split(" saved")[0]);
  for (let i = 0; i < 100 && !existsSync(saved); i++) await new Promise((later) => setTimeout(later, 50));
  await page.close({runBeforeUnload: false});
  return {saved, ids: {kim, both, music, five}};
}

// sameAsTreaty holds a saved plan to what treaty writes for the same choices.
function sameAsTreaty(saved) {
  run("-C", local, "resolve", "--take", "newer", "letters/kim.txt");
  run("-C", local, "resolve", "--take", "both", "both.txt");
  run("-C", local, "skip", "music");
  const plan = JSON.parse(readFileSync(newestPlan(), "utf8"));
  const text = readFileSync(newestPlan(), "utf8").split("\n");
  const five = plan.operations.find((one) => one.path.endsWith("5.jpg")).id;
  const at = text.indexOf('      "note": ""', text.indexOf(`      "id": ${five},`));
  text[at] = '      "note": "Ask \\"Kim\\" 👩‍🔬"';
  assert.equal(readFileSync(saved, "utf8"), text.join("\n"));
  run("approve", "--yes", saved);
  run("apply", saved);
  assert.ok(existsSync(join(local, "both (remote).txt")) && !existsSync(join(local, "music")));
}

// opensLarge tells how long a page of 20,000 operations takes.
async function opensLarge() {
  const big = join(folder, "big"), other = join(folder, "other");
  mkdirSync(other);
  for (let i = 0; i < 20000; i++) put(join(big, `folder ${i % 40}/part ${i % 400}/file ${i}.txt`), "x");
  run("plan", big, other);
  const file = join(folder, "big.html");
  const before = Date.now();
  run("-C", big, "show", "--html", file);
  const made = Date.now() - before;
  const page = await open(file);
  const [loaded, painted] = await page.evaluate(() => [performance.getEntriesByType("navigation")[0].loadEventEnd,
    performance.getEntriesByName("first-contentful-paint")[0]?.startTime]);
  const clicked = await page.evaluate(() => {
    const before = performance.now();
    const form = document.getElementById("find");
    form.elements.words.value = "folder 7 19";
    narrow(entriesOf(document.getElementById("main")), wishOf(form));
    return performance.now() - before;
  });
  console.log(`20,000 operations: ${(statSync(file).size / 1e6).toFixed(1)} MB, made in ${made} ms, painted after ${Math.round(painted)} ms, ` +
    `loaded after ${Math.round(loaded)} ms, searched in ${Math.round(clicked)} ms`);
  await page.close();
}

try {
  trees();
  const file = pageOf("page.html");
  await readsWithoutScript(file);
  await looksRight(file);
  await finds(file);
  const {saved} = await settles(file);
  sameAsTreaty(saved);
  await opensLarge();
  console.log("the page reads, finds, folds, settles and saves");
} finally {
  await browser.close();
}

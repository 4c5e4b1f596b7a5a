// Opens pages in Chromium and says what is wrong with them, as JSON on standard output.
// Usage: node check.mjs <chromium> <job.json>; the job: {"pages": [path], "pdf": [path], "schemes": [...], "widths": [...]}
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , executablePath, jobFile] = process.argv;
const job = JSON.parse(await readFile(jobFile, 'utf8'));
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// What the page looks like to a person who tabs through it: the name and place of everything that takes the focus.
async function tabOrder(page) {
  const stops = [];
  for (let press = 0; press < 400; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const box = at.getBoundingClientRect();
      return { tag: at.tagName.toLowerCase(), text: (at.textContent || '').trim().slice(0, 60),
        href: at.getAttribute('href') || '', top: Math.round(box.top + scrollY), seen: box.width > 0 && box.height > 0 };
    });
    if (!stop) break;
    stops.push(stop);
  }
  return stops;
}

async function inspect(browser, file, width, scheme) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const found = { page: file, width, scheme, axe: [], requests: [], console: [], tabs: [] };
  page.on('request', (request) => { if (request.url() !== address && !request.url().startsWith('data:')) found.requests.push(request.url()); });
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') found.console.push(message.text()); });
  page.on('pageerror', (error) => found.console.push(String(error)));
  page.on('dialog', async (dialog) => { found.console.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
  await page.goto(address);
  found.scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
  found.title = await page.title();
  if (job.tabs) found.tabs = await tabOrder(page);
  await page.evaluate(axeSource);
  for (const state of ['as it opens', 'unfolded']) {
    if (state === 'unfolded') {
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      found.scrollWidthUnfolded = await page.evaluate(() => document.documentElement.scrollWidth);
    }
    const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), rules);
    for (const violation of result.violations) {
      for (const node of violation.nodes) {
        found.axe.push(`${violation.id} (${state}): ${node.html.slice(0, 200)} ${node.any.concat(node.all, node.none).map((check) => check.message).join('; ').slice(0, 300)}`);
      }
    }
  }
  await context.close();
  return found;
}

const browser = await chromium.launch({ executablePath, args: flags });
const results = [];
try {
  for (const file of job.pages) {
    for (const width of job.widths) for (const scheme of job.schemes) results.push(await inspect(browser, file, width, scheme));
  }
  for (const [file, pdf] of job.pdf || []) {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.pdf({ path: pdf, preferCSSPageSize: true });
    await page.close();
  }
  for (const [file, name] of job.dom || []) { // the page as the browser understands it, whatever the order of attributes
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    results.push({ dom: name, html: await page.evaluate(() => {
      for (const one of document.querySelectorAll('*')) {
        const given = [...one.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
        given.forEach((each) => one.removeAttributeNode(each));
        given.forEach((each) => one.setAttributeNode(each));
      }
      return document.documentElement.outerHTML.trim();
    }) });
    await page.close();
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(results));

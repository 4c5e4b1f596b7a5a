// Opens pages of the documents' site from its folder, with the network cut off, and says what is wrong with them, as JSON.
// Usage: node site.mjs <chromium> <job.json>; the job has pages, the page to search on and the words to search for.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , executablePath, jobFile] = process.argv;
const job = JSON.parse(await readFile(jobFile, 'utf8'));
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
const inside = `${pathToFileURL(dirname(job.search)).href}/`;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'] });
const said = [];

async function open(file, width, colorScheme, query = '') {
  const context = await browser.newContext({ offline: true, colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const found = { page: `${file} at ${width} px, ${colorScheme}`, outside: [], console: [], wide: '', axe: [], results: [] };
  page.on('request', (request) => {
    if (!request.url().startsWith(inside) && !request.url().startsWith('data:')) found.outside.push(request.url());
  });
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) found.console.push(message.text()); });
  page.on('pageerror', (error) => found.console.push(String(error)));
  await page.goto(pathToFileURL(file).href + query);
  return { page, found, context };
}

for (const file of job.pages) {
  for (const [width, scheme] of [[1280, 'light'], [320, 'dark']]) {
    const { page, found, context } = await open(file, width, scheme);
    const most = await page.evaluate(() => document.documentElement.scrollWidth);
    if (most > width) found.wide = `${most} px`;
    await page.evaluate(axeSource);
    const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'], preload: false }), rules);
    for (const one of result.violations) found.axe.push(`${one.id}: ${one.nodes.length}: ${one.nodes[0].html.slice(0, 200)} ${one.nodes[0].failureSummary}`);
    said.push(found);
    await context.close();
  }
}
const { page, found, context } = await open(job.search, 1280, 'light', `?q=${encodeURIComponent(job.words)}`);
await page.waitForSelector('ul.search li a', { timeout: 30000 });
found.results = await page.$$eval('ul.search li a', (links) => links.map((link) => link.textContent));
said.push(found);
await context.close();
await browser.close();
console.log(JSON.stringify(said));

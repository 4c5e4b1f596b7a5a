// Opens pages made of hostile text in Chromium and says, as JSON on standard output, what of it had an effect.
// Usage: node hostile.mjs <chromium> <job.json>; the job holds "pages" and "shots", a folder for pictures or "".
// The pages' own policy is switched off: nothing may happen even where a mail program or an old browser has none.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , executablePath, jobFile] = process.argv;
const job = JSON.parse(await readFile(jobFile, 'utf8'));
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

async function look(browser, file) {
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1280, height: 800 } });
  const address = pathToFileURL(file).href;
  const found = { page: file, happened: [], wide: [], out: [] };
  const note = (what) => found.happened.push(what);
  context.on('request', (request) => { if (request.url() !== address && !request.url().startsWith('data:,')) note(`request: ${request.url()}`); });
  await context.route((url) => url.href !== address && !url.href.startsWith('data:,'), (route) => route.abort());
  const page = await context.newPage();
  page.on('dialog', async (dialog) => { note(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
  page.on('popup', (popup) => note(`popup: ${popup.url()}`));
  page.on('download', (download) => note(`download: ${download.url()}`));
  page.on('console', (message) => note(`console: ${message.text()}`));
  page.on('pageerror', (error) => note(`error: ${error}`));
  page.on('framenavigated', (frame) => { if (frame.url() !== address) note(`navigated: ${frame.url()}`); });
  await page.goto(address);
  const pwned = async (when) => { if (await page.evaluate(() => 'pwned' in globalThis)) note(`ran ${when}`); };
  await pwned('when opened');
  // Everything that a reader could set off: what is folded opens, every element is pointed at, focused and clicked.
  await page.evaluate(() => {
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    for (const one of document.querySelectorAll('body *')) {
      for (const kind of ['mouseover', 'mouseenter', 'mousemove', 'pointerover', 'focus', 'load', 'error', 'toggle', 'begin', 'animationstart']) one.dispatchEvent(new Event(kind));
      if (!one.closest('a')) one.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    }
  });
  await pwned('when touched');
  const links = await page.evaluate(() => [...document.querySelectorAll('a,area')].map((one) => [one.getAttribute('href') || '', one.href]));
  const folder = new URL('../../', address).href;
  found.out = links.filter(([, to]) => !to.startsWith(folder)).map(([given]) => given);
  found.frames = page.frames().length;
  found.elements = await page.evaluate(() => {
    const seen = {};
    for (const one of document.querySelectorAll('*')) {
      const kinds = seen[one.tagName.toLowerCase()] ||= [];
      for (const each of one.attributes) if (!kinds.includes(each.name)) kinds.push(each.name);
    }
    return seen;
  });
  found.comments = await page.evaluate(() => document.createTreeWalker(document, NodeFilter.SHOW_COMMENT).nextNode()?.data || '');
  found.said = await page.evaluate(() => document.body.textContent);
  for (const unfolded of [true, false]) {
    await page.evaluate((open) => document.querySelectorAll('details').forEach((one) => { one.open = open; }), unfolded);
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) {
        const which = await page.evaluate((most) => [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > most + 1
          && !one.closest('.scroll,.fig,.vast,.wide,.vh')).slice(-3).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 60)}`), width);
        found.wide.push(`${width} ${unfolded ? 'unfolded' : 'folded'}: ${wide} px: ${which.join(' / ')}`);
      }
      if (job.shots && !unfolded) await page.screenshot({ path: `${job.shots}/${file.split('/').pop()}-${width}.png` });
    }
  }
  await pwned('at the end');
  await context.close();
  return found;
}

const browser = await chromium.launch({ executablePath, args: flags });
const told = [];
try {
  for (const file of job.pages) told.push(await look(browser, file));
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(told));

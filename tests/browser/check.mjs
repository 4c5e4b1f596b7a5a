// Opens pages in Chromium and says what is wrong with them, as JSON on standard output.
// Usage: node check.mjs <chromium> <job.json> [<headless shell>]: Chromium without windows, which does the same in two thirds
// of the time, all but what its settings are wanted for; the job holds lists of what is to be done with which page:
//   pages     axe-core, requests, console, widths and figures, at every width and in every scheme
//   thorough  those of the pages that axe-core looks at in every scheme at every width
//   keyboard  tabbing through
//   plain     without scripts, over HTTP, and what the page says
//   zoom      the browser's own zoom at 400 %
//   pdf       [page, where to print it]
//   dom       [page, name]: the document as the browser understands it
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , whole, jobFile, executablePath = whole] = process.argv;
const job = JSON.parse(await readFile(jobFile, 'utf8'));
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const unfold = () => document.querySelectorAll('details').forEach((one) => { one.open = true; });

function listen(page, found, address) {
  page.on('request', (request) => { if (request.url() !== address && !request.url().startsWith('data:')) found.requests.push(request.url()); });
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') found.console.push(message.text()); });
  page.on('pageerror', (error) => found.console.push(String(error)));
  page.on('dialog', async (dialog) => { found.console.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
}

async function axe(page, found, state, contrast = true) {
  const result = await page.evaluate(([tags, enabled]) => globalThis.axe.run(document,
    { runOnly: tags, rules: { 'color-contrast': { enabled } }, resultTypes: ['violations'], preload: false, elementRef: false }), [rules, contrast]);
  for (const violation of result.violations) {
    for (const node of violation.nodes) {
      found.axe.push(`${violation.id} (${state}): ${node.html.slice(0, 200)} ${node.any.concat(node.all, node.none).map((check) => check.message).join('; ').slice(0, 300)}`);
    }
  }
}

// How the figures are shown: the smallest text in pixels, texts that leave the drawing, texts that lie on each other.
function figures() {
  const told = [];
  for (const drawing of document.querySelectorAll('figure svg')) {
    const box = drawing.getBoundingClientRect();
    const scale = box.width / drawing.viewBox.baseVal.width;
    const texts = [...drawing.querySelectorAll('text')].map((one) => {
      const at = one.getBoundingClientRect();
      const size = parseFloat(getComputedStyle(one).fontSize) * scale;
      return { words: one.textContent, size, left: at.left, right: at.right, top: at.top, bottom: at.bottom };
    });
    const outside = texts.filter((one) => one.left < box.left - 1 || one.right > box.right + 1 || one.top < box.top - 2 || one.bottom > box.bottom + 2);
    const over = [];
    texts.forEach((one, at) => texts.slice(at + 1).forEach((other) => {
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 2 && high > 0.45 * (one.bottom - one.top)) over.push(`${one.words} | ${other.words}`);
    }));
    const title = drawing.querySelector('title');
    const frame = drawing.closest('.fig') || drawing.parentElement;
    told.push({ title: title ? title.textContent : '', smallest: Math.min(Infinity, ...texts.map((one) => one.size)),
      outside: outside.map((one) => one.words), over, titled: Boolean(title && drawing.querySelector('desc')),
      scrolls: frame.scrollWidth > frame.clientWidth, shaded: getComputedStyle(frame).backgroundImage !== 'none' });
  }
  return told;
}

async function inspect(browser, file) {
  const context = await browser.newContext({ offline: true }); // the network cut off: a page must not miss it
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const found = { page: file, axe: [], requests: [], console: [], wide: [], figures: [], seconds: {} };
  listen(page, found, address);
  const wide = async (what, most) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > most) found.wide.push(`${what}: ${width} px of ${most}`);
  };
  const timed = async (name, act) => { const from = Date.now(); await act(); found.seconds[name] = (Date.now() - from) / 1000; };
  await page.setViewportSize({ width: job.widths[0], height: 800 });
  await timed('open', () => page.goto(address));
  found.title = await page.title();
  await page.evaluate(axeSource);
  // A page of each kind is looked at in every scheme at every width; another, whose style is the same, and a large one, which
  // says the same thing many times over, once wide and light, once narrow and dark.
  const large = await page.evaluate(() => document.querySelectorAll('*').length > 8000);
  const thorough = (job.thorough || []).includes(file) && !large;
  for (const width of job.widths) { // in one scheme: what is seen now is seen unfolded too, in the same colours, in both
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: job.schemes[0] });
    await wide(`${width} folded`, width);
    if (thorough || (!large && width === job.widths[0])) await timed(`${width} folded`, () => axe(page, found, `${width} folded`, false));
  }
  await page.evaluate(unfold);
  for (const width of job.widths) {
    await page.setViewportSize({ width, height: 800 });
    await wide(`${width} unfolded`, width);
    for (const figure of await page.evaluate(figures)) found.figures.push({ width, ...figure });
    for (const [at, colorScheme] of job.schemes.entries()) {
      if (!thorough && at !== job.widths.indexOf(width)) continue;
      await page.emulateMedia({ colorScheme });
      await timed(`${width} ${colorScheme} unfolded`, () => axe(page, found, `${width} ${colorScheme} unfolded`));
    }
  }
  // A sheet of A4 is 178 mm wide between its margins: what would be wider is cut by the printer.
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 672, height: 980 });
  await wide('print', 672);
  for (const figure of await page.evaluate(figures)) found.figures.push({ width: 'print', ...figure });
  await page.emulateMedia({ media: 'screen' });
  // WCAG 1.4.12: no content is lost with more room between lines, letters and words.
  await page.addStyleTag({ content: '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}' });
  await page.setViewportSize({ width: 320, height: 800 });
  await wide('320 with text spacing', 320);
  await context.close();
  return found;
}

// High contrast: everything in the colours that the user chose, and no text in the colour of what it stands on.
async function forced(browser, file) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, forcedColors: 'active', offline: true });
  const found = { page: file, lost: [] };
  const page = await context.newPage();
  for (const colorScheme of job.schemes) {
    await page.emulateMedia({ colorScheme, forcedColors: 'active' });
    await page.goto(pathToFileURL(file).href);
    found.lost.push(...await page.evaluate(() => {
      if (!matchMedia('(forced-colors: active)').matches) return ['forced colours are not on'];
      const paint = (name) => { const one = document.createElement('i'); one.style.color = name; document.body.append(one); const told = getComputedStyle(one).color; one.remove(); return told; };
      const light = (colour) => {
        const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); };
      const [canvas, ink] = [paint('Canvas'), paint('CanvasText')];
      const lost = [];
      for (const one of document.querySelectorAll('main *, header *')) {
        const style = getComputedStyle(one);
        if (one.namespaceURI.endsWith('svg')) {
          // Texts stand on bars: the last shape drawn below each must have another colour.
          if (one.tagName !== 'text') continue;
          const at = one.getBoundingClientRect();
          const middle = [(at.left + at.right) / 2, (at.top + at.bottom) / 2];
          const under = [...one.ownerSVGElement.querySelectorAll('path,rect')].filter((shape) => getComputedStyle(shape).fill.startsWith('rgb')
            && shape.isPointInFill(new DOMPoint(...middle).matrixTransform(shape.getScreenCTM().inverse()))
            && shape.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
          if (under && contrast(getComputedStyle(under).fill, style.fill) < 3) lost.push(`${one.textContent}: ${style.fill} on ${getComputedStyle(under).fill}`);
        } else if ([...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && style.color === canvas && ink !== canvas) {
          lost.push(`${one.textContent.slice(0, 40)}: the colour of the page`);
        }
      }
      return lost;
    }));
    if (job.shots) await page.screenshot({ path: `${job.shots}/forced-${colorScheme}-${file.replace(/.*reports/, '').replaceAll('/', '_')}.png`, fullPage: true });
  }
  await context.close();
  return found;
}

// What the page looks like to a person who tabs through it: where the focus goes, whether it is seen, what it misses.
async function keyboard(browser, file, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, offline: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  const found = { page: file, width, stops: [], missed: [], faint: [], hidden: [], upwards: [] };
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href],summary,[tabindex="0"]')].filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && one.getClientRects().length);
    all.forEach((one, at) => { one.dataset.stop = at; });
    return all.length;
  });
  for (let press = 0; press <= wanted; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body || at === document.documentElement) return null;
      const box = [...at.getClientRects()][0];
      const style = getComputedStyle(at);
      const [from, to] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)]; // a region may be taller than the window
      const top = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), (from + to) / 2);
      return { tag: at.tagName.toLowerCase(), text: (at.textContent || '').trim().slice(0, 60), href: at.getAttribute('href') || '',
        at: Number(at.dataset.stop ?? -1), left: box.left, top: box.top + scrollY, height: box.height, inMain: Boolean(at.closest('main')),
        seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, over: Boolean(top && (at.contains(top) || top.contains(at))) };
    });
    if (!stop) break;
    found.stops.push(stop);
  }
  const reached = new Set(found.stops.map((stop) => stop.at));
  found.missed = await page.evaluate((had) => [...document.querySelectorAll('[data-stop]')].filter((one) => !had.includes(Number(one.dataset.stop)))
    .map((one) => one.outerHTML.slice(0, 120)), [...reached]);
  found.faint = found.stops.filter((stop) => !stop.seen).map((stop) => stop.text);
  found.hidden = found.stops.filter((stop) => !stop.over).map((stop) => `${stop.tag} ${stop.text}`);
  // The order of the eye: down the page, and from left to right along a line.
  const places = found.stops.filter((stop) => stop.inMain);
  found.upwards = places.slice(1).filter((stop, at) => stop.at < places[at].at).map((stop) => stop.text);
  found.back = places.slice(1).filter((stop, at) => stop.top < places[at].top - 4 && stop.left <= places[at].left).map((stop) => stop.text);
  // The skip link, and something folded, by the keyboard alone.
  await page.goto(pathToFileURL(file).href);
  await page.keyboard.press('Tab');
  found.skip = await page.evaluate(() => { const box = document.activeElement.getBoundingClientRect(); return box.left >= 0 && box.top >= 0 && box.width > 20; });
  await page.keyboard.press('Enter');
  found.skipped = await page.evaluate(() => document.activeElement.id || '');
  const folded = page.locator('main details:not([open]) > summary').first();
  found.folds = [];
  if (await folded.count()) {
    await folded.focus();
    for (const key of ['Enter', 'Space']) {
      await page.keyboard.press(key);
      found.folds.push(await page.evaluate(() => document.activeElement.parentElement.open));
    }
  }
  await context.close();
  return found;
}

// What the page says with scripts off, and over HTTP, where browsers ask for a favicon.
async function plain(browser, file) {
  const found = { page: file, requests: [], console: [], said: {} };
  const words = async (context, address) => {
    const page = await context.newPage();
    listen(page, found, address);
    await page.goto(address);
    await page.evaluate(unfold);
    const said = await page.evaluate(() => document.body.innerText);
    await context.close();
    return said;
  };
  const address = pathToFileURL(file).href;
  found.said.offline = await words(await browser.newContext({ offline: true }), address);
  found.said.scriptless = await words(await browser.newContext({ javaScriptEnabled: false }), address);
  const text = await readFile(file);
  const asked = [];
  const server = createServer((request, answer) => { asked.push(request.url); answer.setHeader('content-type', 'text/html; charset=utf-8'); answer.end(text); });
  await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
  found.said.served = await words(await browser.newContext(), `http://127.0.0.1:${server.address().port}/report.html`);
  await new Promise((closed) => { server.close(closed); server.closeAllConnections(); });
  found.asked = asked;
  return found;
}

// The browser's own zoom, which only its settings can change: a window of 1280 px at 400 % shows 320.
async function zoomed(files) {
  const home = await mkdtemp(join(tmpdir(), 'zoom-'));
  await mkdir(join(home, 'Default'));
  const level = Math.log(4) / Math.log(1.2);
  await writeFile(join(home, 'Default', 'Preferences'), JSON.stringify({ partition: { default_zoom_level: { x: level } } }));
  const context = await chromium.launchPersistentContext(home, { executablePath: whole, args: [...flags, '--window-size=1280,800'], viewport: null });
  const told = [];
  try {
    const page = await context.newPage();
    for (const file of files) {
      await page.goto(pathToFileURL(file).href);
      const folded = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
      await page.evaluate(unfold);
      told.push({ page: file, folded, unfolded: await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]),
        ratio: await page.evaluate(() => devicePixelRatio) });
    }
  } finally {
    await context.close();
    await rm(home, { recursive: true, force: true });
  }
  return told;
}

async function print(browser, file, pdf) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.pdf({ path: pdf, preferCSSPageSize: true });
  const found = { page: file, pdf, ...await page.evaluate(() => {
    const flat = (one) => one.textContent.replace(/\s+/g, '');
    const all = (what) => [...document.querySelectorAll(what)];
    return {
      headings: all('h1,h2,h3,h4,caption,figcaption b,main summary').map(flat),
      terms: all('dt').map(flat),
      figures: all('figure').map((one) => ({ title: flat(one.querySelector('figcaption b') || one), texts: [...one.querySelectorAll('svg text')].map(flat) })),
      words: [...new Set(all('header p, main p, main li, main td, main th, main caption, main dd, main dt, main summary, footer p, footer td')
        .filter((one) => !one.matches('.vh,header:has(+main .brief) p') && !one.querySelector('.vh,.sq,svg')).flatMap((one) => one.textContent.split(/\s+/)))],
    };
  }) };
  await page.close();
  return found;
}

async function understood(browser, file, name) { // whatever the order of attributes
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  const html = await page.evaluate(() => {
    for (const one of document.querySelectorAll('*')) {
      const given = [...one.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
      given.forEach((each) => one.removeAttributeNode(each));
      given.forEach((each) => one.setAttributeNode(each));
    }
    return document.documentElement.outerHTML.trim();
  });
  await page.close();
  return { dom: name, html };
}

// One browser for everything; two pages at a time, which it lays out in processes of their own.
const browser = await chromium.launch({ executablePath, args: flags });
const tasks = [
  ...(job.pages || []).map((file) => () => inspect(browser, file)),
  ...(job.forced || []).map((file) => () => forced(browser, file)),
  ...(job.keyboard || []).map(([file, width]) => () => keyboard(browser, file, width)),
  ...(job.plain || []).map((file) => () => plain(browser, file)),
  ...(job.pdf || []).map(([file, pdf]) => () => print(browser, file, pdf)),
  ...(job.dom || []).map(([file, name]) => () => understood(browser, file, name)),
];
const results = new Array(tasks.length);
let next = 0;
const worker = async () => { while (next < tasks.length) { const at = next; next += 1; results[at] = await tasks[at](); } };
try {
  await Promise.all([worker(), worker()]);
} finally {
  await browser.close();
}
if (job.zoom) results.push(...await zoomed(job.zoom));
process.stdout.write(JSON.stringify(results));

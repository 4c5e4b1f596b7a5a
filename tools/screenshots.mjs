// Makes the pictures of docs/images anew from the reports of the bundled plans, with Chromium.
// Usage: node tools/screenshots.mjs [REPORTS] [CHROMIUM]; playwright-core is the one of tests/browser (npm ci there first).
// Pages that are not below REPORTS are passed over: those of the tutorial come from the folder in which it was followed.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { chromium } = createRequire(join(root, 'tests', 'browser', 'package.json'))('playwright-core');
const [, , reports = join(root, 'reports'), executablePath = '/usr/bin/chromium'] = process.argv;

// Picture, page, width, height: each picture under 450 kB.
const pictures = [
  ['progress', 'wirral-ofsted-2011/2011-08-31/progress.html', 1280, 2240],
  ['progress-narrow', 'wirral-ofsted-2011/2011-08-31/progress.html', 360, 1200],
  ['summary', 'wirral-ofsted-2011/2011-08-31/summary.html', 1000, 1300],
  ['slippage', 'ranger-1960/1964-07-31/slippage.html', 1280, 1180],
  ['data-quality', 'ranger-1960/1964-07-31/data-quality.html', 1280, 1100],
  ['portfolio', 'portfolio/2011-08-31/portfolio.html', 1280, 1200],
  ['index', 'index.html', 1280, 1000],
  ['tutorial-index', 'index.html', 1280, 560],
  ['tutorial-progress', 'my-plan/2026-06-30/progress.html', 1280, 1500],
  ['tutorial-slippage', 'my-plan/2026-06-30/slippage.html', 1280, 1100],
];
const tutorial = existsSync(join(reports, 'my-plan'));

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const [name, page, width, height] of pictures) {
  if (!existsSync(join(reports, page)) || tutorial !== name.startsWith('tutorial-')) continue;
  const tab = await browser.newPage({ viewport: { width, height }, colorScheme: 'light' });
  await tab.goto(pathToFileURL(resolve(reports, page)).href);
  await tab.screenshot({ path: join(root, 'docs', 'images', `${name}.png`) });
  await tab.close();
}
await browser.close();

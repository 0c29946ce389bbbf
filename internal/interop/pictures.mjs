// Opens a mail in the inbox of a maildev with a browser and takes pictures: as people have it in front of them on a desk, by
// day and by night, and on a telephone. What can be held against a mail without a person looking is: it loads something from
// elsewhere, it is wider than the screen, or its text is hard to read.
//
//	node pictures.mjs http://127.0.0.1:1080 A7MbILgE /usr/bin/chromium pictures
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const [inbox, id, executablePath, folder] = process.argv.slice(2);
const flags = ['--disable-gpu', '--disable-background-networking', '--no-first-run'];
const browser = await chromium.launch({ executablePath, args: flags, chromiumSandbox: false });

// open gives a page that can reach the inbox and nothing else.
async function open(size, colorScheme, path) {
  const context = await browser.newContext({ viewport: size, deviceScaleFactor: 2, colorScheme, locale: 'de-DE' });
  const page = await context.newPage();
  await page.route((url) => url.host !== new URL(inbox).host, (route) => {
    assert.fail(`the mail loads ${route.request().url()}`);
  });
  await page.goto(inbox + path, { waitUntil: 'networkidle' });
  return page;
}

const shoot = (page, name) => page.screenshot({ path: `${folder}/${name}.png` });

// faint gives the texts whose contrast is below what WCAG 2 wants of small ones (1.4.3, level AA).
const faint = (body) => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => channels(color).slice(0, 3)
    .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim();
    const element = texts.currentNode.parentElement;
    const [light, dark] = [getComputedStyle(element).color, background(element)].map(luminance).sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (text && contrast < 4.5) found.push(`${contrast.toFixed(1)} ${text}`);
  }
  return found;
};

async function desk(colorScheme) {
  const page = await open({ width: 1200, height: 1000 }, colorScheme, `/#/email/${id}`);
  const mail = page.frameLocator('.panel-html').locator('body');
  await mail.waitFor();
  assert.deepEqual(await mail.evaluate(faint), [], `texts with too little contrast, ${colorScheme}`);
  await shoot(page, `html-${colorScheme}`);
  return page;
}

async function panels(page) {
  for (const [label, panel] of [['Text', '.panel-plain'], ['Attachments', '.panel-attachments']]) {
    await page.locator('.dropdown-trigger').first().click();
    await page.getByRole('link', { name: label }).click();
    await page.locator(panel).waitFor();
    await shoot(page, label.toLowerCase());
  }
}

async function telephone() {
  const page = await open({ width: 360, height: 740 }, 'light', `/email/${id}/html`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'the mail is wider than a telephone');
  await page.screenshot({ path: `${folder}/telephone.png`, fullPage: true });
}

try {
  await desk('dark');
  await panels(await desk('light'));
  await telephone();
} finally {
  await browser.close();
}

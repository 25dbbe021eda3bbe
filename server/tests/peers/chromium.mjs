// A browser that looks closely at every page.
//
// It fails on a fault that axe-core finds, on a page that is wider than its window, on every violation of a page's
// policy, and on every request to somewhere else.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

// How a person may see a page: a colour scheme, and how wide the window is.
const VIEWS = [['light', 375], ['dark', 375], ['dark', 1280], ['light', 1280]];

// `programs` are addresses of programs on the device, to which a page may lead.
export async function open({ url, pictures, programs = [] }) {
  mkdirSync(pictures, { recursive: true });
  const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'gatepost-browser-')), {
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
    viewport: { width: 1280, height: 800 },
  });
  const page = context.pages()[0];
  page.setDefaultTimeout(15000);

  const complaints = [];
  const opened = [];
  page.on('console', (message) => {
    // A refusal is an answer like any other, and the browser says of each that it is one.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (programs.some((program) => request.url().startsWith(program))) opened.push(request.url());
    else if (!request.url().startsWith(url)) complaints.push(`a request to ${request.url()}`);
  });

  let number = 0;
  async function look(name) {
    number += 1;
    const file = (scheme, width) =>
      join(pictures, `${String(number).padStart(2, '0')}-${name}-${scheme}-${width}.png`);
    for (const [scheme, width] of VIEWS) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme });
      const hidden = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(hidden, 0, `${name}: a part is beside a window of ${width} pixels`);
      assert.deepEqual(await faults(), [], `${name}, ${scheme}, ${width} pixels`);
      await page.screenshot({ path: file(scheme, width), fullPage: true });
    }
    assert.equal(await page.locator('h1').count(), 1, `${name}: one heading`);
    assert.equal(await page.locator('main').count(), 1, `${name}: one main part`);
  }

  // What axe-core finds: every rule that it has, its best practices too.
  async function faults() {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => window.axe.run());
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => ({ id, help, html, failureSummary })));
  }

  return {
    context,
    page,
    look,
    opened,
    says: (text) => page.getByText(text).first().waitFor(),
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    // How many pages were looked at.
    async close() {
      await context.close();
      assert.deepEqual(complaints, []);
      return number;
    },
  };
}

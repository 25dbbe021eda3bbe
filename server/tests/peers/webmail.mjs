// A webmail at https://webmail.example.org, which is scripts alone, and its user in Chromium.
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { homedir } from 'node:os';
import { chromium } from 'playwright-core';

export const WEBMAIL = 'https://webmail.example.org';
const MODULES = '/node_modules/';

// Serves the modules beside this file, and everywhere else a page with this script, which imports them by
// their names.
function serve({ script, imports }) {
  const map = JSON.stringify({
    imports: Object.fromEntries(Object.entries(imports).map(([name, file]) => [name, MODULES + file])),
  });
  const page = `<!doctype html><title>Webmail</title><script type="importmap">${map}</script>`
    + `<script type="module">${script}</script>`;
  const server = createServer({ cert: readFileSync('server.pem'), key: readFileSync('server.key') });
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url, WEBMAIL);
    if (!pathname.startsWith(MODULES)) return response.setHeader('content-type', 'text/html').end(page);
    const file = join(import.meta.dirname, normalize(pathname));
    return response.setHeader('content-type', 'text/javascript').end(readFileSync(file));
  });
  return new Promise((resolve) => { server.listen(443, 'webmail.example.org', () => resolve(server)); });
}

// Opens the webmail in Chromium, does what is to be done with its page, and fails if the page complained.
export async function visit(app, knowledge, act) {
  const server = await serve(app);
  const context = await chromium.launchPersistentContext(join(homedir(), 'chromium'), {
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  const page = context.pages()[0];
  page.setDefaultTimeout(15000);
  const complaints = [];
  page.on('console', (message) => {
    // A refusal is an answer like any other, and the browser says of each that it is one.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  // What the person at the browser does, until the webmail has the answer.
  const agree = async () => {
    await page.getByLabel('Account').fill(knowledge.account);
    await page.getByLabel('Password').fill(knowledge.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL(`${WEBMAIL}/**`);
    await page.waitForFunction(() => window.isReady);
  };
  try {
    await page.goto(WEBMAIL);
    await page.waitForFunction(() => window.isReady);
    await act(page, agree);
    assert.deepEqual(complaints, []);
  } catch (error) {
    error.message += `\n${complaints.join('\n')}`;
    throw error;
  } finally {
    await context.close();
    server.close();
  }
}

// How Chromium reads URLs: those in a file, one in each line. It says for each what leads somewhere, or null.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const { urls } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const page = await browser.newPage();
const read = await page.evaluate(
  (lines) =>
    lines.map((line) => {
      try {
        const { protocol, username, password, hostname, port, pathname, search, hash } = new URL(line);
        return username || password || hash ? null : [protocol, hostname, port, pathname, search];
      } catch {
        return null;
      }
    }),
  readFileSync(urls, 'utf8').split('\n'),
);
await browser.close();
console.log(JSON.stringify(read));

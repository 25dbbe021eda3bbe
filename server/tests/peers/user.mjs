// The person at the browser: signs in, agrees, and goes where the answer leads.
//
// usage: node user.mjs KNOWLEDGE ADDRESS [--go]    JSON: account, password
//
// Prints where the answer leads, and goes there if it is told to.
import assert from 'node:assert/strict';
import { argv } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const unescape = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  .replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

// The first form of a page that has a field of this name: where it is sent, and what is filled in already.
function form(page, name) {
  const found = page.match(/<form.*?<\/form>/gs)?.find((text) => text.includes(`name="${name}"`));
  if (!found) return undefined;
  const fields = new URLSearchParams();
  for (const [tag] of found.matchAll(/<input[^>]*>/g)) {
    fields.set(tag.match(/name="([^"]*)"/)[1], unescape(tag.match(/value="([^"]*)"/)?.[1] ?? ''));
  }
  return { action: unescape(found.match(/action="([^"]*)"/)[1]), fields };
}

// Signs in and allows what is asked at the address. What comes back is where the browser is sent at the end,
// or undefined if it was a device that asked.
export async function agree({ account, password }, address) {
  const cookies = new Map();
  const { origin } = new URL(address);
  let at = new URL(address);
  let body;
  for (let steps = 0; steps < 10; steps += 1) {
    const response = await fetch(at, {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      if (value) cookies.set(name, value); else cookies.delete(name);
    }
    body = undefined;
    if (response.status === 303) {
      at = new URL(response.headers.get('location'), at);
      if (at.origin !== origin) return at;
      continue;
    }
    const page = await response.text();
    assert.equal(response.status, 200, page);
    if (page.includes('The device is connected')) return undefined;
    const next = form(page, 'password') ?? form(page, 'answer') ?? form(page, 'user_code');
    assert(next, page);
    if (next.fields.has('password')) {
      next.fields.set('name', account);
      next.fields.set('password', password);
    } else {
      next.fields.set('answer', 'allow');
    }
    at = new URL(next.action, at);
    body = next.fields;
  }
  throw new Error(`no end of pages at ${at}`);
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  const answer = await agree(JSON.parse(argv[2]), argv[3]);
  if (answer) console.log(answer.href);
  // A program may begin to listen after it has opened the browser.
  for (let tries = 0; answer && argv[4] === '--go' && tries < 50; tries += 1) {
    try {
      await fetch(answer);
      break;
    } catch {
      await setTimeout(200);
    }
  }
}

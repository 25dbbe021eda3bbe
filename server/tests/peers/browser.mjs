// Clicks through the host's pages as an administrator would, in a real browser.
//
// usage: node browser.mjs CONFIGURATION    JSON: url, account, password, registration_key, pictures (a folder)
//
// Fails on the first thing that is not as it should be, on every violation of a page's policy, and on every
// request to somewhere else.
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { url, account, password, registration_key: key, pictures } = JSON.parse(process.argv[2]);
mkdirSync(pictures, { recursive: true });

const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'gatepost-browser-')), {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
  viewport: { width: 1100, height: 800 },
});
const page = context.pages()[0];
page.setDefaultTimeout(15000);
const complaints = [];
// A program on the device, which the browser is led to.
const PROGRAM = 'com.example.mail:/callback';
const opened = [];
page.on('console', (message) => {
  // A refusal is an answer like any other, and the browser says of each that it is one.
  if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
});
page.on('pageerror', (error) => complaints.push(String(error)));
page.on('request', (request) => {
  if (request.url().startsWith(PROGRAM)) opened.push(request.url());
  else if (!request.url().startsWith(url)) complaints.push(`a request to ${request.url()}`);
});

let number = 0;
async function look(name) {
  number += 1;
  const file = (scheme) => join(pictures, `${String(number).padStart(2, '0')}-${name}-${scheme}.png`);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: file(scheme), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  const labelled = await page.evaluate(() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter((field) => !field.labels.length).map((field) => field.outerHTML));
  assert.deepEqual(labelled, [], `${name}: fields without a label`);
  assert.equal(await page.locator('h1').count(), 1, `${name}: one heading`);
  assert.equal(await page.locator('main').count(), 1, `${name}: one main part`);
}
const says = (text) => page.getByText(text).first().waitFor();
const press = (name) => page.getByRole('button', { name, exact: true }).click();

async function register(metadata) {
  const response = await fetch(`${url}/auth/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  assert.equal(response.status, 201);
  return response.json();
}

// Sign in and agree, with the keyboard alone.
await page.goto(`${url}/admin/`);
await look('sign-in');
await page.keyboard.type(account);
await page.keyboard.press('Tab');
await page.keyboard.type('wrong');
await page.keyboard.press('Enter');
await says('The name or the password is wrong');
await look('sign-in-failed');
await page.keyboard.type(password);
await page.keyboard.press('Enter');
await page.getByRole('heading', { name: /Allow/ }).waitFor();
await look('consent');
for (let tabs = 0; tabs < 20; tabs += 1) {
  await page.keyboard.press('Tab');
  if (await page.evaluate(() => document.activeElement.value === 'allow')) break;
}
await page.keyboard.press('Enter');
await page.getByRole('heading', { name: 'Clients' }).waitFor();
await look('no-clients');

// Register by hand: first wrong, then right.
await page.getByRole('link', { name: 'Register by hand' }).click();
await look('register');
await page.getByLabel('Client id').fill('webadmin');
await page.getByLabel('Name').fill('Web administration');
await page.getByLabel(/Redirect URIs/).fill('javascript:alert(1)');
await press('Register');
await says('Nothing was registered');
await look('register-refused');
await page.getByLabel(/Redirect URIs/).fill(`stalwart://auth\n${url}/admin/callback`);
await press('Register');
await page.getByRole('heading', { name: 'Web administration' }).waitFor();
await says('stalwart://auth');
await look('client-by-hand');

// A client registers itself meanwhile, and appears.
const dynamic = await register({
  client_name: 'Example Mail',
  redirect_uris: ['https://mail.example.com/callback'],
  client_uri: 'https://mail.example.com/',
});
await page.getByRole('link', { name: 'Clients' }).click();
await page.getByRole('link', { name: 'Example Mail' }).waitFor();
await look('clients');
await page.getByLabel(/Search/).fill('webadmin');
await press('Search');
assert.equal(await page.locator('tbody tr').count(), 1);
await page.getByLabel(/Search/).fill('no such client');
await press('Search');
await says('No client has');
await page.getByRole('link', { name: 'Clients' }).click();
await page.getByRole('link', { name: 'Example Mail' }).click();

// A new secret, disable, enable, delete.
await press('New secret');
await says('shown once');
const secret = await page.locator('.notice .code').innerText();
assert.match(secret, /^gps_/);
assert.notEqual(secret, dynamic.client_secret);
await look('client-secret');
await press('Disable');
await page.locator('.tag').waitFor();
await look('client-disabled');
const denied = await fetch(`${url}/auth/authorize?client_id=${dynamic.client_id}&response_type=code&redirect_uri=x`);
assert.equal(denied.status, 400);
await press('Enable');
await page.getByRole('button', { name: 'Disable', exact: true }).waitFor();
await press('Delete for good');
await page.getByRole('heading', { name: 'Clients' }).waitFor();
assert.equal(await page.getByRole('link', { name: 'Example Mail' }).count(), 0);

// API keys.
await page.getByRole('link', { name: 'API keys' }).click();
await look('keys');
await page.getByLabel('What it is for').fill('partner');
await press('Create the key');
await says('shown once');
assert.match(await page.locator('.notice .code').innerText(), /^gpak_/);
await look('key-created');
await press('Revoke partner');
await page.getByText(/^revoked/).waitFor();

for (const [link, heading] of [['Policy', 'The policy in force'], ['Events', 'Events']]) {
  await page.getByRole('link', { name: link }).click();
  await page.getByRole('heading', { name: heading }).waitFor();
  await look(link.toLowerCase());
}

// What acts for me: the administration itself, until it is ended.
await page.getByRole('link', { name: 'Your account' }).click();
await page.getByRole('heading', { name: 'Web administration' }).waitFor();
await look('account');
await page.setViewportSize({ width: 380, height: 700 });
await look('account-narrow');
await page.setViewportSize({ width: 1100, height: 800 });
await press('End Web administration');
await says('No program can act for you now.');
await page.goto(`${url}/admin/`);
await page.getByRole('heading', { name: /Allow/ }).waitFor();
await look('consent-verified');
await press('Refuse');
await says('You refused');
await look('refused');
await page.goto(`${url}/auth/authorize?client_id=webadmin&response_type=code&redirect_uri=https://evil.example/`);
await says('Asked for: https://evil.example/');
await says('Registered: stalwart://auth');
await look('error');
await page.goto(`${url}/device`);
await look('device');

const ask = (parameters) => `${url}/auth/authorize?${new URLSearchParams({
  response_type: 'code',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
  ...parameters,
})}`;
// Allowing twice is allowing once. The program that listens on this computer is this server.
await page.goto(ask({ client_id: 'example-listener', redirect_uri: `${url}/account` }));
await page.getByRole('button', { name: 'Allow', exact: true }).dblclick();
await page.waitForURL(/\/account\?code=gpco_/);
await page.goto(`${url}/account`);
assert.equal(await page.getByRole('heading', { name: 'An unknown program' }).count(), 1);

// A website that nobody knows: whoever presses Enter refuses.
await page.goto(ask({ client_id: 'Your Bank', redirect_uri: 'https://webmail.example.net/callback' }));
await page.getByRole('heading', { name: 'Let the website webmail.example.net into your account?' }).waitFor();
assert.equal(await page.evaluate(() => document.activeElement.value), 'deny');
await look('stranger');

// The program says who is about to sign in.
await page.goto(ask({ client_id: 'example-mail', redirect_uri: PROGRAM, login_hint: 'alice@example.org' }));
await press('Use another account');
assert.equal(await page.getByLabel('Account').inputValue(), 'alice@example.org');
assert.equal(await page.evaluate(() => document.activeElement.name), 'password');
await look('hint');

// A program on the device: the page leads there, and stays. The browser asks the user, and takes no keys until then.
await page.getByLabel('Account').fill(account);
await page.getByLabel('Password').fill(password);
await press('Sign in');
await press('Allow');
await page.getByRole('heading', { name: 'You allowed an unknown program' }).waitFor();
for (let wait = 0; wait < 100 && !opened.length; wait += 1) await page.waitForTimeout(50);
assert.match(opened[0], /^com\.example\.mail:\/callback\?code=gpco_/);
assert.equal(await page.getByRole('link', { name: 'Open the program' }).getAttribute('href'), opened[0]);
await look('handed-over');

await context.close();
assert.deepEqual(complaints, []);
console.log(`${number} pages`);

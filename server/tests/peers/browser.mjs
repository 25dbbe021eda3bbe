// Clicks through the host's pages as an administrator would, in a real browser.
//
// usage: node browser.mjs CONFIGURATION    JSON: url, account, password, registration_key, pictures (a folder)
import assert from 'node:assert/strict';
import { open } from './chromium.mjs';

const { url, account, password, registration_key: key, pictures } = JSON.parse(process.argv[2]);
// A program on the device, which the browser is led to.
const PROGRAM = 'com.example.mail:/callback';
const { context, page, look, says, press, opened, close } = await open({ url, pictures, programs: [PROGRAM] });

async function register(metadata) {
  const response = await fetch(`${url}/auth/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  assert.equal(response.status, 201);
  return response.json();
}

// Sign in, with the keyboard alone. Nobody is asked about this server's own pages.
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
await page.getByRole('heading', { name: 'Overview' }).waitFor();
await look('overview-empty');
await page.getByRole('link', { name: 'Clients', exact: true }).click();
await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor();
await look('no-clients');

// Register by hand: first wrong, then right.
await page.getByRole('link', { name: 'Register by hand' }).click();
await look('register');
await page.getByLabel('Client id').fill('webadmin');
await page.getByLabel('Name').fill('Web administration');
await page.getByLabel(/Redirect URIs/).fill('javascript:alert(1)');
await press('Register');
await says('Nothing was saved');
assert.equal(await page.evaluate(() => document.activeElement.id), 'redirect_uris');
await look('register-refused');
await page.getByLabel(/Redirect URIs/).fill('stalwart://auth');
await press('Check only');
await says('Nothing is wrong with this.');
await look('register-checked');
await press('Register');
await page.getByRole('heading', { name: 'Web administration' }).waitFor();
await says('stalwart://auth');
await says('The client “webadmin” is registered.');
// The pages do not close themselves.
assert.equal(await page.getByRole('button', { name: 'Disable' }).count(), 0);
await says('gatepost-server client disable webadmin');
await look('client-by-hand');
await page.reload();
assert.equal(await page.getByText('is registered.').count(), 0);

// A client registers itself meanwhile, and appears.
const dynamic = await register({
  client_name: 'Example Mail',
  redirect_uris: ['https://mail.example.com/callback'],
  client_uri: 'https://mail.example.com/',
});
await page.getByRole('link', { name: 'Clients' }).click();
await page.getByRole('link', { name: 'Example Mail' }).waitFor();
await look('clients');
await page.getByLabel('Search').fill('webadmin');
await press('Show');
assert.equal(await page.locator('tbody tr').count(), 1);
await says('1 to 1 of 1 that are like that');
await page.getByLabel('Search').fill('');
await page.getByLabel('Registered by').selectOption('key');
await press('Show');
assert.equal(await page.locator('tbody tr').count(), 1);
await look('clients-filtered');
await page.getByLabel('Search').fill('no such client');
await press('Show');
await says('No client is like that.');
await look('clients-none');
await page.getByRole('link', { name: 'Clients' }).click();
await page.getByRole('link', { name: 'Example Mail' }).click();

// Change it, a new secret, disable, enable, delete.
await page.getByRole('link', { name: 'Change', exact: true }).click();
await look('client-change');
await page.getByLabel('Name').fill('Better Mail');
await press('Save');
await page.getByRole('heading', { name: 'Better Mail' }).waitFor();
await says('was changed.');
await page.getByRole('link', { name: 'New secret' }).click();
await look('secret-asked');
await press('Make a new secret');
await says('shown once');
const secret = await page.locator('.notice .code').innerText();
assert.match(secret, /^gps_/);
assert.notEqual(secret, dynamic.client_secret);
await look('client-secret');
await page.reload();
assert.equal(await page.locator('.notice .code').count(), 0);
await press('Disable');
await page.locator('.tag').waitFor();
await look('client-disabled');
const denied = await fetch(`${url}/auth/authorize?client_id=${dynamic.client_id}&response_type=code&redirect_uri=x`);
assert.equal(denied.status, 400);
await press('Enable');
await page.getByRole('button', { name: 'Disable', exact: true }).waitFor();
await page.getByRole('link', { name: 'Delete for good' }).click();
await says('This cannot be undone.');
await look('delete-asked');
await page.getByRole('link', { name: 'Cancel' }).click();
await page.getByRole('link', { name: 'Delete for good' }).click();
await press('Delete for good');
await page.getByRole('heading', { name: 'Clients' }).waitFor();
await says('was deleted.');
assert.equal(await page.getByRole('link', { name: 'Better Mail' }).count(), 0);

// API keys: first wrong, then right.
await page.getByRole('link', { name: 'API keys' }).click();
await look('keys');
await page.getByLabel('What it is for').fill('partner');
await page.getByLabel('Ends after so many days').fill('soon');
await press('Create the key');
await says('No key was made');
assert.equal(await page.evaluate(() => document.activeElement.id), 'days');
assert.equal(await page.getByLabel('What it is for').inputValue(), 'partner');
await look('key-refused');
await page.getByLabel('Ends after so many days').fill('30');
await press('Create the key');
await says('shown once');
assert.match(await page.locator('.notice .code').innerText(), /^gpak_/);
await look('key-created');
await page.getByRole('link', { name: 'Revoke partner' }).click();
await look('revoke-asked');
await press('Revoke');
await says('The key “partner” is revoked.');

// What there is not.
await page.goto(`${url}/admin/nowhere`);
await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
await look('nowhere');
await page.goto(`${url}/admin/`);
await page.getByText('The same as a table').first().click();
await look('overview');

for (const [link, heading] of [['Policy', 'The policy in force'], ['Events', 'Events']]) {
  await page.getByRole('link', { name: link, exact: true }).click();
  await page.getByRole('heading', { name: heading }).waitFor();
  await look(link.toLowerCase());
}

// What acts for me, and where I am signed in.
await page.getByRole('link', { name: 'Your account' }).click();
await page.getByRole('heading', { name: 'Browsers that are signed in' }).waitFor();
await says('In the administration');
await says('this browser');
await look('account');
await page.getByRole('link', { name: 'Change your password' }).click();
await page.getByLabel('Your password now').fill(password);
await page.getByLabel('New password', { exact: true }).fill('Password123');
await page.getByLabel('New password, once more').fill('Password123');
await press('Change the password');
await says('one of the most common passwords');
assert.equal(await page.evaluate(() => document.activeElement.id), 'new');
await look('password-refused');
const changed = 'zwei blaue elefanten';
await page.getByLabel('Your password now').fill(password);
await page.getByLabel('New password', { exact: true }).fill(changed);
await page.getByLabel('New password, once more').fill(changed);
await press('Change the password');
await says('Your password was changed');
await look('password-changed');
await page.goto(`${url}/admin/keys`);
await page.getByRole('heading', { name: 'API keys' }).waitFor();

// Who leaves does not come in again without a password, and returns to where he was.
await press('Sign out');
await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
await look('signed-out');
await page.goto(`${url}/admin/policy`);
await page.getByRole('heading', { name: 'Sign in' }).waitFor();
await page.getByLabel('Account').fill(account);
await page.getByLabel('Password').fill(changed);
await press('Sign in');
await page.getByRole('heading', { name: 'The policy in force' }).waitFor();

// A form outlives the session.
await page.getByRole('link', { name: 'Register by hand' }).click();
await page.getByLabel('Client id').fill('kept');
await page.getByLabel(/Redirect URIs/).fill('stalwart://auth');
const kept = (await context.cookies()).filter((cookie) => cookie.name !== 'gatepost-admin');
await context.clearCookies();
await context.addCookies(kept);
await press('Register');
await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
await look('session-ended');
const [other] = await Promise.all([
  context.waitForEvent('page'),
  page.getByRole('link', { name: 'Sign in in a new tab' }).click(),
]);
await other.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
await other.close();
await press('Send again');
await page.getByRole('heading', { name: 'Send it again?' }).waitFor();
await look('send-again');
await press('Send again');
await says('The client “kept” is registered.');

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
await page.getByLabel('Password').fill(changed);
await press('Sign in');
await press('Allow');
await page.getByRole('heading', { name: 'You allowed an unknown program' }).waitFor();
for (let wait = 0; wait < 100 && !opened.length; wait += 1) await page.waitForTimeout(50);
assert.match(opened[0], /^com\.example\.mail:\/callback\?code=gpco_/);
assert.equal(await page.getByRole('link', { name: 'Open the program' }).getAttribute('href'), opened[0]);
await look('handed-over');

console.log(`${await close()} pages`);

// Looks at every page of the administration, in a real browser, with as many clients as there are.
//
// usage: node crowd.mjs CONFIGURATION    JSON: url, account, password, clients (their number), pictures (a folder)
import assert from 'node:assert/strict';
import { open } from './chromium.mjs';

const { url, account, password, clients, pictures } = JSON.parse(process.argv[2]);
const { page, look, says, press, close } = await open({ url, pictures });
const heading = (name) => page.getByRole('heading', { name, level: 1 }).waitFor();
const follow = (name) => page.getByRole('link', { name, exact: true }).click();

await page.goto(`${url}/admin/`);
await page.getByLabel('Account').fill(account);
await page.getByLabel('Password').fill(password);
await press('Sign in');
await heading('Overview');
await look('overview');
for (const table of await page.getByText('The same as a table').all()) await table.click();
await look('overview-tables');

await follow('Clients');
await heading('Clients');
const rows = page.locator('tbody tr');
const shown = await rows.count();
await look('clients');
if (clients === 0) {
  assert.equal(shown, 0);
  await says('No client is registered yet.');
} else {
  await says(` of ${clients}`);
  assert.equal(shown, Math.min(clients, 50));
  // To the last page, and to one in the middle.
  const pages = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  if (clients > shown) {
    await pages.last().click();
    await says(`${clients} of ${clients}`);
    await look('clients-last');
    await pages.nth(Math.floor(await pages.count() / 2)).click();
    assert.equal(await rows.count(), shown);
    await look('clients-middle');
    await page.getByLabel('Order').selectOption('name');
    await press('Show');
    await says('Mail 0');
    await look('clients-by-name');
  }
  await page.getByLabel('Registered by').selectOption('stranger');
  await press('Show');
  await look('clients-of-strangers');
  await rows.first().getByRole('link').click();
  await page.getByRole('link', { name: 'Delete for good' }).waitFor();
  await look('client');
  await follow('Change');
  await look('client-change');
  await page.goBack();
  await follow('Delete for good');
  await look('delete-asked');
  await follow('Cancel');

  // One that waits: what it is, and what becomes of it.
  await follow('Overview');
  await page.getByRole('link', { name: /for approval$/ }).first().click();
  await heading('Clients');
  await look('clients-waiting');
  await rows.first().getByRole('link').click();
  await page.getByRole('heading', { name: 'It waits for approval' }).waitFor();
  await look('client-waiting');
  await follow('Deny');
  await look('deny-asked');
  await follow('Cancel');
  await press('Approve');
  await says('is approved, and may be used.');
  await look('client-approved');
  await follow('Its events');
  await heading('Events');
  await look('client-events');
}

for (const [link, name] of [
  ['Register by hand', 'Register a client by hand'],
  ['API keys', 'API keys'],
  ['Events', 'Events'],
  ['Policy', 'The policy in force'],
]) {
  await follow(link);
  await heading(name);
  await look(link.toLowerCase().replaceAll(' ', '-'));
}
await page.getByLabel('Settings to try').fill('require = tru');
await press('Try');
await says('These settings cannot be used');
await look('trial-refused');
await page.getByLabel('Settings to try').fill('redirect-schemes = ["org.example.other"]');
await press('Try again');
await page.getByRole('status').waitFor({ timeout: 60000 });
await look('trial');

await follow('Your account');
await page.getByRole('heading', { name: 'Browsers that are signed in' }).waitFor();
await look('account');
console.log(`${await close()} pages`);

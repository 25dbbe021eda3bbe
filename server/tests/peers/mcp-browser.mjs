// What a webmail does that reads mail through the MCP SDK's OAuth client, in Chromium.
//
// usage: node mcp-browser.mjs KNOWLEDGE    JSON: issuer, account, password, mail
import assert from 'node:assert/strict';
import { WEBMAIL, visit } from './webmail.mjs';

const knowledge = JSON.parse(process.argv[2]);
const { issuer, account, mail } = knowledge;
const resource = `${issuer}/jmap/session`;
const redirectUrl = `${WEBMAIL}/callback`;
const sdk = '@modelcontextprotocol/sdk/dist/esm';
const app = {
  imports: {
    '@modelcontextprotocol/sdk/client/auth.js': `${sdk}/client/auth.js`,
    '@modelcontextprotocol/sdk/client/middleware.js': `${sdk}/client/middleware.js`,
    'pkce-challenge': 'pkce-challenge/dist/index.browser.js',
    zod: 'zod/index.js',
    'zod/v4': 'zod/v4/index.js',
  },
  script: `
    import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
    import { withOAuth } from '@modelcontextprotocol/sdk/client/middleware.js';
    const read = (name) => JSON.parse(sessionStorage.getItem(name)) ?? undefined;
    const write = (name, value) => sessionStorage.setItem(name, JSON.stringify(value ?? null));
    const provider = {
      redirectUrl: '${redirectUrl}',
      clientMetadata: {
        client_name: 'MCP SDK in a browser',
        redirect_uris: ['${redirectUrl}'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      },
      clientInformation: () => read('client'),
      saveClientInformation: (client) => write('client', client),
      tokens: () => read('tokens'),
      saveTokens: (tokens) => write('tokens', tokens),
      codeVerifier: () => read('verifier'),
      saveCodeVerifier: (verifier) => write('verifier', verifier),
      redirectToAuthorization: (address) => { location.assign(address); },
    };
    const fetchMail = withOAuth(provider, '${resource}')(fetch.bind(window));
    window.mailbox = async () => (await (await fetchMail('${resource}')).json()).username;
    window.change = (tokens) => write('tokens', { ...read('tokens'), ...tokens });
    window.stored = read;
    const authorizationCode = new URL(location).searchParams.get('code');
    if (authorizationCode) await auth(provider, { serverUrl: '${resource}', authorizationCode });
    window.isReady = true;
  `,
};
await visit(app, knowledge, async (page, agree) => {
  // Discovery from the mailbox, registration, sign-in
  const [asked] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(`${issuer}/auth/authorize?`)),
    page.evaluate(() => { window.mailbox().catch(() => {}); }),
  ]);
  const { searchParams } = new URL(asked.url());
  assert.equal(searchParams.get('resource'), resource);
  assert(searchParams.get('scope').split(' ').includes(mail));
  await agree();
  assert.equal(await page.evaluate(() => window.mailbox()), account);

  // A token that is not good any more is refreshed, and the request is repeated.
  const { refresh_token: first } = await page.evaluate(() => window.stored('tokens'));
  await page.evaluate(() => window.change({ access_token: 'expired' }));
  assert.equal(await page.evaluate(() => window.mailbox()), account);
  assert.notEqual((await page.evaluate(() => window.stored('tokens'))).refresh_token, first);
});
console.log('all went well');

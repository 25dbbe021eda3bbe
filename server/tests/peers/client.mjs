// What a mail program written with openid-client does: from discovery to deletion.
//
// usage: node client.mjs CONFIGURATION    JSON: url, account, password, registration_key
import assert from 'node:assert/strict';
import * as client from 'openid-client';

const configuration = JSON.parse(process.argv[2]);
const { url } = configuration;
const REDIRECT_URI = 'http://127.0.0.1:49152/callback';

const unescape = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  .replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

// The first form of a page that has a field of this name: where it is sent, and what it hides.
function form(page, name) {
  const found = page.match(/<form.*?<\/form>/gs)?.find((text) => text.includes(`name="${name}"`));
  assert(found, `no form with ${name} in ${page}`);
  const hidden = new URLSearchParams();
  for (const [tag] of found.matchAll(/<input type="hidden"[^>]*>/g)) {
    hidden.set(tag.match(/name="([^"]*)"/)[1], unescape(tag.match(/value="([^"]*)"/)[1]));
  }
  return { action: unescape(found.match(/action="([^"]*)"/)[1]), hidden };
}

// What the person at the browser does; the answer is where the browser is sent.
async function agree(address) {
  const cookies = new Map();
  const go = async (to, body) => {
    const response = await fetch(new URL(to, url), {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      if (value) cookies.set(name, value); else cookies.delete(name);
    }
    return response;
  };
  let page = await (await go(address)).text();
  const { action, hidden } = form(page, 'password');
  hidden.set('name', configuration.account);
  hidden.set('password', configuration.password);
  const signedIn = await go(action, hidden);
  assert.equal(signedIn.status, 303);
  page = await (await go(signedIn.headers.get('location'))).text();
  const consent = form(page, 'answer');
  consent.hidden.set('answer', 'allow');
  const answer = await go(consent.action, consent.hidden);
  assert.equal(answer.status, 303);
  return new URL(answer.headers.get('location'));
}

// Discovery (RFC 8414) and registration (RFC 7591) in one.
const registered = await client.dynamicClientRegistration(
  new URL(url),
  {
    client_name: 'openid-client',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  },
  client.None(),
  { algorithm: 'oauth2', initialAccessToken: configuration.registration_key, execute: [client.allowInsecureRequests] },
);
const metadata = registered.clientMetadata();
assert.match(metadata.client_id, /^gpc_/);

// RFC 7592
const own = { authorization: `Bearer ${metadata.registration_access_token}` };
const manage = (method, body) => fetch(metadata.registration_client_uri, {
  method,
  headers: body ? { ...own, 'content-type': 'application/json' } : own,
  body: body && JSON.stringify(body),
});
assert.equal((await (await manage('GET')).json()).client_name, 'openid-client');
const changed = await manage('PUT', {
  client_id: metadata.client_id,
  client_name: 'openid-client 6',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
});
assert.equal((await changed.json()).client_name, 'openid-client 6');

// Code and PKCE. The issuer in the answer (RFC 9207) is checked by the library.
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const address = client.buildAuthorizationUrl(registered, {
  redirect_uri: REDIRECT_URI,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
});
const answer = await agree(address);
const grant = (pkceCodeVerifier) =>
  client.authorizationCodeGrant(registered, answer, { pkceCodeVerifier, expectedState: state });
await assert.rejects(grant(client.randomPKCECodeVerifier()), { error: 'invalid_grant' });
const tokens = await grant(verifier);

// Use, refresh, revoke, delete
const mailbox = (token) => client.fetchProtectedResource(registered, token, new URL('/jmap/session', url), 'GET');
assert.equal((await (await mailbox(tokens.access_token)).json()).username, configuration.account);
const fresh = await client.refreshTokenGrant(registered, tokens.refresh_token);
assert.notEqual(fresh.refresh_token, tokens.refresh_token);
await client.tokenRevocation(registered, fresh.refresh_token);
await assert.rejects(client.refreshTokenGrant(registered, fresh.refresh_token), { error: 'invalid_grant' });
await assert.rejects(mailbox(fresh.access_token), (error) => error.status === 401 || error.response?.status === 401);
assert.equal((await manage('DELETE')).status, 204);
assert.equal((await manage('GET')).status, 401);
console.log('all went well');

// What a mail program written with openid-client does: from discovery to deletion.
//
// usage: node openid-client.mjs KNOWLEDGE    JSON: issuer, account, password, registration_key, mail
import assert from 'node:assert/strict';
import * as client from 'openid-client';
import { agree } from './user.mjs';

const knowledge = JSON.parse(process.argv[2]);
const { issuer, account, mail } = knowledge;
const REDIRECT_URI = 'http://127.0.0.1:49152/callback';
const SCOPE = `${mail} offline_access`;

// Discovery (RFC 8414) and registration (RFC 7591) in one.
const register = (metadata) => client.dynamicClientRegistration(new URL(issuer), metadata, client.None(), {
  algorithm: 'oauth2',
  initialAccessToken: knowledge.registration_key,
});
const wanted = {
  client_name: 'openid-client',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
};
const registered = await register(wanted);
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
const changed = await manage('PUT', { ...wanted, client_id: metadata.client_id, client_name: 'openid-client 6' });
assert.equal((await changed.json()).client_name, 'openid-client 6');

// Code and PKCE. The library checks the state and the issuer in the answer (RFC 9207).
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const address = client.buildAuthorizationUrl(registered, {
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
});
const answer = await agree(knowledge, address);
const grant = (pkceCodeVerifier) =>
  client.authorizationCodeGrant(registered, answer, { pkceCodeVerifier, expectedState: state });
await assert.rejects(grant(client.randomPKCECodeVerifier()), { error: 'invalid_grant' });
const tokens = await grant(verifier);

// Use, refresh, revoke, delete
const mailbox = (token) =>
  client.fetchProtectedResource(registered, token, new URL('/jmap/session', issuer), 'GET');
assert.equal((await (await mailbox(tokens.access_token)).json()).username, account);
const fresh = await client.refreshTokenGrant(registered, tokens.refresh_token);
assert.notEqual(fresh.refresh_token, tokens.refresh_token);
await client.tokenRevocation(registered, fresh.refresh_token);
await assert.rejects(client.refreshTokenGrant(registered, fresh.refresh_token), { error: 'invalid_grant' });
await assert.rejects(mailbox(fresh.access_token), { status: 401 });
assert.equal((await manage('DELETE')).status, 204);
assert.equal((await manage('GET')).status, 401);

// A device without a browser (RFC 8628)
const device = await register({
  client_name: 'openid-client on a television',
  token_endpoint_auth_method: 'none',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
});
const begun = await client.initiateDeviceAuthorization(device, { scope: SCOPE });
const waiting = client.pollDeviceAuthorizationGrant(device, begun);
await agree(knowledge, begun.verification_uri_complete);
assert.equal((await (await mailbox((await waiting).access_token)).json()).username, account);
console.log('all went well');

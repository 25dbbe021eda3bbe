// What a mail program written with oauth4webapi does, which nobody arranged anything for.
//
// usage: node oauth4webapi.mjs KNOWLEDGE    JSON: issuer, account, password, mail
import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { agree } from './user.mjs';

const knowledge = JSON.parse(process.argv[2]);
const issuer = new URL(knowledge.issuer);
const resource = new URL('/jmap/session', issuer);
const REDIRECT_URI = 'http://127.0.0.1:49152/callback';

// RFC 9728: the mailbox names the authorization server.
const described = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource));
assert.deepEqual(described.authorization_servers, [knowledge.issuer]);

// RFC 8414, and the OpenID path
const discover = async (algorithm) =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm }));
const server = await discover('oauth2');
assert.deepEqual(await discover('oidc'), server);

// RFC 7591, without a key
const client = await oauth.processDynamicClientRegistrationResponse(
  await oauth.dynamicClientRegistrationRequest(server, {
    client_name: 'oauth4webapi',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: `${knowledge.mail} offline_access`,
  }),
);
assert.equal(client.client_secret, undefined);

// Code and PKCE
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const address = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  client_id: client.client_id,
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: client.scope,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  resource,
})) address.searchParams.set(name, value);
const parameters = oauth.validateAuthResponse(server, client, await agree(knowledge, address), state);
const tokens = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(
  server, client, oauth.None(), parameters, REDIRECT_URI, verifier, { additionalParameters: { resource: resource.href } },
));
assert.equal(tokens.token_type, 'bearer');

// Use, refresh, revoke
const mailbox = (token) => oauth.protectedResourceRequest(token, 'GET', resource);
assert.equal((await (await mailbox(tokens.access_token)).json()).username, knowledge.account);
const refresh = async (token) => oauth.processRefreshTokenResponse(
  server, client, await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token),
);
const fresh = await refresh(tokens.refresh_token);
assert.notEqual(fresh.refresh_token, tokens.refresh_token);
assert.equal((await (await mailbox(fresh.access_token)).json()).username, knowledge.account);
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), fresh.refresh_token));
await assert.rejects(refresh(fresh.refresh_token), { error: 'invalid_grant' });
await assert.rejects(mailbox(fresh.access_token), (error) => error.cause.some(({ scheme }) => scheme === 'bearer'));
console.log('all went well');

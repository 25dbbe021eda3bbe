// What a program does that reads mail through the MCP SDK's OAuth client, which nobody arranged anything for.
//
// usage: node mcp.mjs KNOWLEDGE    JSON: issuer, account, password, mail
import assert from 'node:assert/strict';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { withOAuth } from '@modelcontextprotocol/sdk/client/middleware.js';
import { InMemoryOAuthClientProvider } from '@modelcontextprotocol/sdk/examples/client/simpleOAuthClientProvider.js';
import { agree } from './user.mjs';

const knowledge = JSON.parse(process.argv[2]);
const resource = `${knowledge.issuer}/jmap/session`;
// As in the SDK's own example
const REDIRECT_URI = 'http://localhost:8090/callback';

// What is stored, and what of it the SDK asks to forget
class Provider extends InMemoryOAuthClientProvider {
  forgotten = [];
  async invalidateCredentials(scope) {
    this.forgotten.push(scope);
    if (scope === 'all') this.saveClientInformation(undefined);
    this.saveTokens(undefined);
  }
}
let asked;
const provider = new Provider(REDIRECT_URI, {
  client_name: 'MCP SDK',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}, (address) => { asked = address; });
const mailbox = withOAuth(provider, resource)(fetch);

async function signIn() {
  await assert.rejects(mailbox(resource), /redirect initiated/);
  assert.equal(asked.searchParams.get('resource'), resource);
  assert(asked.searchParams.get('scope').split(' ').includes(knowledge.mail));
  const answer = await agree(knowledge, asked);
  assert.equal(answer.origin + answer.pathname, REDIRECT_URI);
  const authorizationCode = answer.searchParams.get('code');
  assert.equal(await auth(provider, { serverUrl: resource, authorizationCode }), 'AUTHORIZED');
  assert.equal((await (await mailbox(resource)).json()).username, knowledge.account);
}

// Discovery from the mailbox (RFC 9728), registration, sign-in
await signIn();
assert.deepEqual(provider.forgotten, []);

// A token that is not good any more is refreshed, and the request is repeated.
const { refresh_token: first } = provider.tokens();
provider.saveTokens({ ...provider.tokens(), access_token: 'expired' });
assert.equal((await (await mailbox(resource)).json()).username, knowledge.account);
assert.notEqual(provider.tokens().refresh_token, first);
assert.deepEqual(provider.forgotten, []);

// Without a good refresh token it forgets its tokens, tries again, and asks the user.
provider.saveTokens({ ...provider.tokens(), access_token: 'expired', refresh_token: 'unknown' });
await signIn();
assert.deepEqual(provider.forgotten, ['tokens']);
console.log('all went well');

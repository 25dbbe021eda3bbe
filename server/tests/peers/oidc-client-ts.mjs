// What a webmail does that is written with oidc-client-ts: from sign-in to revocation, all of it in Chromium.
//
// usage: node oidc-client-ts.mjs KNOWLEDGE    JSON: issuer, account, password, mail
import assert from 'node:assert/strict';
import { WEBMAIL, visit } from './webmail.mjs';

const knowledge = JSON.parse(process.argv[2]);
const { issuer, account, mail } = knowledge;
const settings = {
  authority: issuer,
  client_id: 'webmail',
  redirect_uri: `${WEBMAIL}/callback`,
  scope: `${mail} offline_access`,
};
const app = {
  imports: {
    'oidc-client-ts': 'oidc-client-ts/dist/esm/oidc-client-ts.js',
    'jwt-decode': 'jwt-decode/build/esm/index.js',
  },
  script: `
    import { UserManager } from 'oidc-client-ts';
    window.manager = new UserManager(${JSON.stringify(settings)});
    if (location.pathname === '/callback') await manager.signinCallback();
    window.mailbox = async () => {
      const { access_token } = await manager.getUser();
      const response = await fetch('${issuer}/jmap/session', { headers: { authorization: 'Bearer ' + access_token } });
      return response.ok ? (await response.json()).username : response.status;
    };
    window.isReady = true;
  `,
};
await visit(app, knowledge, async (page, agree) => {
  await page.evaluate(() => { window.manager.signinRedirect(); });
  await agree();
  assert.equal(await page.evaluate(() => window.mailbox()), account);
  const refreshToken = () => page.evaluate(async () => (await window.manager.getUser()).refresh_token);
  const first = await refreshToken();
  await page.evaluate(() => window.manager.signinSilent());
  assert.notEqual(await refreshToken(), first);
  assert.equal(await page.evaluate(() => window.mailbox()), account);
  // The library forgets the tokens that it revoked, unless it is asked not to.
  const access = await page.evaluate(async () => (await window.manager.getUser()).access_token);
  await page.evaluate(() => window.manager.revokeTokens());
  assert(!await refreshToken());
  const refused = await fetch(`${issuer}/jmap/session`, { headers: { authorization: `Bearer ${access}` } });
  assert.equal(refused.status, 401);
});
console.log('all went well');

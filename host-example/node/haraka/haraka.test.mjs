// Haraka with the plugin, over SMTP: who is let in, who is not, and who is told to try again.
//
// usage: HARAKA_PROGRAM=node_modules/.bin/haraka node --test haraka.test.mjs
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, before } from 'node:test';
import { connect as secure } from 'node:tls';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const MAIL = 'urn:ietf:params:oauth:scope:mail';
const CONTACTS = 'urn:ietf:params:oauth:scope:contacts';

// Beside the example's own folder, so that the plugin finds the endpoint.
const folder = mkdtempSync(join(HERE, '../test-'));
const path = (name) => join(folder, name);
const [smtp, http] = [await freePort(), await freePort()];
const tokens = {};
let haraka;

before(async () => {
  for (const name of ['config', 'plugins']) cpSync(join(HERE, name), path(name), { recursive: true });
  const certificate = 'req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1'.split(' ');
  const files = ['-keyout', path('config/key.pem'), '-out', path('config/cert.pem')];
  execFileSync('openssl', [...certificate, ...files], { stdio: 'ignore' });
  const settings = readFileSync(join(HERE, '../settings.toml'), 'utf8');
  writeFileSync(path('settings.toml'), settings.replace('anonymous = true', 'require = true'));
  writeFileSync(path('keys.json'), JSON.stringify({
    [hash('key')]: { permissions: ['authenticate', 'oauth-client-registration'] },
  }));
  appendFileSync(path('config/smtp.ini'), `listen=127.0.0.1:${smtp}\n`);
  writeFileSync(path('config/gatepost.ini'), `folder=${folder}\nport=${http}\n`);
  haraka = spawn(process.env.HARAKA_PROGRAM, ['-c', folder], { stdio: 'pipe' });
  haraka.log = '';
  const ready = new Promise((resolve, reject) => {
    for (const stream of [haraka.stdout, haraka.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        haraka.log += `${line}\n`;
        if (line.startsWith('listening on')) resolve();
      });
    }
    haraka.on('exit', () => reject(new Error(haraka.log)));
  });
  await ready;
});

after(() => {
  haraka.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('a mail program signs in and may send', async () => {
  const session = await Session.open();
  assert.match(await session.ask('RSET'), /^250/);
  assert.equal(await signIn(token(await client()), { session }), 235);
  assert.match(await session.ask('MAIL FROM:<jane@example.org>'), /^250/);
  assert.match(await session.ask('RCPT TO:<joe@example.com>'), /^250/);
  assert.match(await session.ask('AUTH OAUTHBEARER'), /^503/);
});

test('who does not sign in sends nothing', async () => {
  const session = await Session.open();
  await session.ask('MAIL FROM:<jane@example.org>');
  assert.match(await session.ask('RCPT TO:<joe@example.com>'), /^550/);
});

test('who is let in', async () => {
  const [allowed, removed, narrow] = [await client(), await client(), await client({ scope: CONTACTS })];
  const override = ['authenticate', 'oauth-client-override'];
  const before = token(removed);
  assert.equal(await signIn(before), 235);
  await remove(removed);
  for (const [name, presented, expected] of [
    ['allowed', token(allowed), 235],
    ['removed, with a token from before', before, 535],
    ['unknown', token('nobody'), 535],
    ['unknown, and any client may be used', token('nobody', { permissions: override }), 235],
    ['registered for less', token(narrow), 535],
    ['a token for less', token(allowed, { scope: CONTACTS }), 535],
    ['expired', token(allowed, { expiresAt: 1 }), 535],
    ['no token', 'unheard-of', 535],
    ['a name that every object has', 'constructor', 535],
    ['not a token', 'a b', 535],
    ['a long one', 'x'.repeat(6000), 535],
  ]) {
    assert.equal(await signIn(presented), expected, name);
  }
});

test("the account is the token's", async () => {
  const presented = token(await client());
  assert.equal(await signIn(presented, { head: 'n,,' }), 235);
  assert.equal(await signIn(presented, { head: 'n,a=joe@example.org,' }), 535);
  assert.equal(await signIn(presented, { head: 'y,,' }), 535);
});

test('a response on a line of its own, and one that is no response', async () => {
  assert.equal(await signIn(token(await client()), { ownLine: true }), 235);
  for (const response of ['*', '====', Buffer.from('n,,').toString('base64')]) {
    const session = await Session.open();
    assert.match(await session.ask('AUTH OAUTHBEARER'), /^334/);
    let answer = await session.ask(response);
    if (answer.startsWith('334')) answer = await session.ask('AQ==');
    assert.match(answer, /^5(01|35)/, response);
  }
});

test('guesses end', async () => {
  const session = await Session.open();
  for (let i = 0; i < 4; i++) assert.equal(await signIn('unheard-of', { session }), 535);
  assert.equal(await signIn(token(await client()), { session }), 535);
});

test('without TLS no token is taken', async () => {
  const session = await Session.open({ tls: false });
  assert.equal(await signIn(token(await client()), { session }), 538);
});

test('without an answer nobody gets in', async () => {
  const presented = token(await client());
  writeFileSync(path('tokens.json'), '{');
  assert.equal(await signIn(presented), 454);
  writeFileSync(path('tokens.json'), JSON.stringify(tokens));
  assert.equal(await signIn(presented), 235);
});

test('no token is in the log', () => {
  assert.match(haraka.log, /client-unknown/);
  const presented = Object.values(tokens).map(({ presented }) => presented);
  for (const secret of presented.flatMap((token) => [token, ...[0, 1, 2].map((at) => inBase64(token, at))])) {
    assert.ok(!haraka.log.includes(secret), haraka.log);
  }
});

function hash(secret) {
  return createHash('sha256').update(secret).digest('hex');
}

/** What is always in the base64 of a text that contains the token after so many bytes. */
function inBase64(token, at) {
  return Buffer.from(' '.repeat(at) + token).toString('base64').slice(4, -4);
}

async function client(metadata) {
  const response = await fetch(`http://127.0.0.1:${http}/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer key' },
    body: JSON.stringify({
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  });
  assert.equal(response.status, 201);
  const { client_id, registration_access_token } = await response.json();
  client[client_id] = registration_access_token;
  return client_id;
}

async function remove(clientId) {
  const response = await fetch(`http://127.0.0.1:${http}/auth/register/${clientId}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${client[clientId]}` },
  });
  assert.equal(response.status, 204);
}

/** A token that the mail server issued. */
function token(clientId, other) {
  const presented = `a-token-of-this-test-${Object.keys(tokens).length}`;
  const account = { account: 'jane@example.org', permissions: ['authenticate'] };
  tokens[hash(presented)] = { ...account, clientId, scope: MAIL, expiresAt: Date.now() / 1000 + 60, presented, ...other };
  writeFileSync(path('tokens.json'), JSON.stringify(tokens));
  return presented;
}

async function signIn(token, { head = 'n,a=jane@example.org,', session, ownLine = false } = {}) {
  session ??= await Session.open();
  const response = Buffer.from(`${head}\x01host=localhost\x01auth=Bearer ${token}\x01\x01`).toString('base64');
  if (ownLine) await session.ask('AUTH OAUTHBEARER');
  let answer = await session.ask(ownLine ? response : `AUTH OAUTHBEARER ${response}`);
  if (answer.startsWith('334')) answer = await session.ask('AQ==');
  return Number(answer.slice(0, 3));
}

/** An SMTP session, until the end of the process. */
class Session {
  static async open({ tls = true } = {}) {
    const session = new Session();
    session.use(dial(smtp, '127.0.0.1'));
    await session.answer();
    await session.ask('EHLO localhost');
    if (tls) {
      await session.ask('STARTTLS');
      session.use(secure({ socket: session.socket, rejectUnauthorized: false }));
      assert.match(await session.ask('EHLO localhost'), /AUTH OAUTHBEARER/);
    }
    return session;
  }

  use(socket) {
    this.socket?.removeAllListeners('data');
    this.socket = socket.unref();
    this.received = '';
    socket.on('data', (data) => {
      this.received += data;
      this.wake?.();
    });
  }

  async ask(line) {
    this.socket.write(`${line}\r\n`);
    return this.answer();
  }

  /** All lines of an answer. */
  async answer() {
    for (;;) {
      const [answer] = /^(\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.received) ?? [];
      if (answer) {
        this.received = this.received.slice(answer.length);
        return answer;
      }
      await new Promise((resolve) => (this.wake = resolve));
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

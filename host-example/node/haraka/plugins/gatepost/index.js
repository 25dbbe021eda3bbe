'use strict';
// A plugin for Haraka: it serves client registration, and lets mail programs in by OAUTHBEARER (RFC 7628), if the client
// of their token may be used.

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const SCOPE = 'urn:ietf:params:oauth:scope:mail';
const ATTEMPTS = 3;

exports.register = function () {
  this.settings = this.config.get('gatepost.ini').main;
};

exports.hook_init_master = function (next) {
  const start = async () => {
    // The package is an ES module, and so is the endpoint.
    this.gatepost = await import('@gatepost/registration');
    const { serve } = await import('../../../host.mjs');
    Object.assign(this, await serve(this.settings.folder, this.settings.port));
  };
  start().then(() => next(), (error) => next(DENY, error.message));
};

exports.hook_capabilities = function (next, connection) {
  if (connection.tls.enabled) connection.capabilities.push('AUTH OAUTHBEARER');
  next();
};

/** `AUTH OAUTHBEARER`, and the lines that answer a challenge. */
exports.hook_unrecognized_command = function (next, connection, [first, rest = '']) {
  const { challenge } = connection.notes;
  connection.notes.challenge = undefined;
  const reply = (code, text) => connection.respond(code, text, () => next(OK));
  if (challenge === 'response') return this.answer(reply, connection, first);
  if (challenge === 'refusal') return reply(535, '5.7.8 Authentication failed');
  const [mechanism, response] = rest.split(' ');
  if (first.toUpperCase() !== 'AUTH' || mechanism.toUpperCase() !== 'OAUTHBEARER') return next();
  if (!connection.tls.enabled) return reply(538, '5.7.11 Encryption required');
  if (connection.notes.auth_user) return reply(503, '5.5.1 Already authenticated');
  if (response) return this.answer(reply, connection, response);
  connection.notes.challenge = 'response';
  reply(334, ' ');
};

exports.answer = function (reply, connection, response) {
  if (response === '*') return reply(501, '5.7.0 The authentication was aborted');
  let account;
  try {
    account = this.sign_in(connection, Buffer.from(response, 'base64').toString());
  } catch (error) {
    // Nobody gets in without an answer, and the mail program tries again later.
    connection.logerror(this, error.message);
    return reply(454, '4.7.0 Temporary authentication failure');
  }
  if (account) {
    connection.relaying = true;
    connection.notes.auth_user = account;
    connection.results.add({ name: 'auth' }, { pass: this.name, method: 'OAUTHBEARER', user: account });
    return reply(235, '2.7.0 Authentication successful');
  }
  connection.notes.auth_fails = (connection.notes.auth_fails ?? 0) + 1;
  if (connection.notes.auth_fails > ATTEMPTS) return reply(535, '5.7.8 Authentication failed too often');
  // The client answers the reason, and is then refused (RFC 7628 §3.2.3).
  connection.notes.challenge = 'refusal';
  reply(334, Buffer.from(JSON.stringify({ status: 'invalid_token', scope: SCOPE })).toString('base64'));
};

/** The account that the response's token stands for, if its client may be used for that. */
exports.sign_in = function (connection, response) {
  const [head, ...pairs] = response.split('\x01');
  const fields = new Map(pairs.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]));
  const authority = /^n,(?:a=([^,]+))?,$/.exec(head);
  const { token } = this.gatepost.bearer(fields.get('auth'));
  if (!authority || !token || connection.notes.auth_fails >= ATTEMPTS) return undefined;
  const tokens = JSON.parse(readFileSync(join(this.settings.folder, 'tokens.json'), 'utf8'));
  const hash = createHash('sha256').update(token).digest('hex');
  const found = Object.hasOwn(tokens, hash) ? tokens[hash] : undefined;
  const wanted = authority[1]?.replaceAll('=2C', ',').replaceAll('=3D', '=');
  if (!found || !(found.expiresAt > Date.now() / 1000) || (wanted && wanted !== found.account)) return undefined;
  const { account, permissions, clientId, scope } = found;
  if (!scope.split(' ').includes(SCOPE)) return undefined;
  const caller = { credential: 'accepted', account, permissions };
  const context = this.gatepost.freshContext({ caller, record: this.store.record(clientId) });
  const { outcome, diagnostics } = this.registrar.usable(context, clientId, SCOPE);
  connection.lognotice(this, [clientId, outcome, ...diagnostics.map(({ code }) => code)].join(' '));
  return outcome === 'accept' ? account : undefined;
};

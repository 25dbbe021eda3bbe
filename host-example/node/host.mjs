// A registration endpoint for a mail server that runs on Node (RFC 7591, RFC 7592).
//
// usage: node host.mjs [FOLDER [PORT]]      settings.toml, keys.json and clients.jsonl are in the folder
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Registrar, bearer, freshContext } from '@gatepost/registration';

import { Store } from './store.mjs';

const BODY_LIMIT = 64 << 10;
// A client that is still sending when its connection is closed often does not see the answer.
const READ_LIMIT = 256 << 10;

const ENDPOINT = { POST: 'register' };
const CLIENT = { GET: 'read', PUT: 'update', DELETE: 'remove' };

let registrar;
let keys;
let store;

/** Serves, and returns what a mail server in the same process asks. */
export async function serve(folder, port) {
  registrar = Registrar.compile(readFileSync(join(folder, 'settings.toml'), 'utf8'));
  for (const { path, message } of registrar.warnings()) console.error(`${path}: ${message}`);
  // By the SHA-256 of the key: its account, permissions and terms.
  keys = new Map(Object.entries(JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'))));
  store = new Store(join(folder, 'clients.jsonl'));
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000 }, async (request, response) => {
    const { status, headers, body } = await answer(request).catch(failed);
    response.statusCode = status;
    for (const { name, value } of headers) response.setHeader(name, value);
    response.end(body);
  });
  server.maxConnections = 512;
  await once(server.listen(Number(port), '127.0.0.1'), 'listening');
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
  return { registrar, store };
}

async function answer(request) {
  const [path, clientId] = /^\/auth\/register(?:\/((?:[\w.~-]|%[2-7][0-9a-fA-F])+))?$/.exec(request.url) ?? [];
  if (!path) return refusal(404, 'invalid_request', 'There is nothing here.');
  const allowed = clientId ? CLIENT : ENDPOINT;
  const operation = allowed[request.method];
  if (!operation) {
    return refusal(405, 'invalid_request', 'This takes another method.', { Allow: Object.keys(allowed).join() });
  }
  const about = clientId ? [decodeURIComponent(clientId)] : [];
  if (operation === 'register' || operation === 'update') {
    if (!/^application\/json *(;|$)/i.test(request.headers['content-type'])) {
      return refusal(415, 'invalid_client_metadata', 'The body must be application/json.');
    }
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      if (size > READ_LIMIT) break;
    }
    if (size > BODY_LIMIT) return refusal(413, 'invalid_client_metadata', `The body may have ${BODY_LIMIT} bytes.`);
    about.push(Buffer.concat(chunks));
  }
  return decide(operation, request, about);
}

/** Facts, decision, effect, response. Nothing is awaited, so that no other request comes in between. */
function decide(operation, request, about) {
  const { credential, token } = bearer(request.headersDistinct.authorization?.join(', '));
  const hash = token && createHash('sha256').update(token).digest('hex');
  const key = keys.get(hash);
  const address = request.socket.remoteAddress?.replace(/^::ffff:/, '');
  // A token that is no key may be a registration access token, which only the plugin knows.
  const caller = { credential, ...(key && { ...key, credential: 'accepted' }), token, address };
  const context = freshContext({ caller });
  let registrant;
  if (operation === 'register') {
    const counted = (network, window) => `${network ?? 'unknown'} in window ${context.now / window}`;
    registrant = {
      account: key?.account,
      key: key && hash,
      network: counted(registrar.network(address ?? ''), registrar.window()),
      wider: counted(registrar.widerNetwork(address ?? ''), registrar.widerWindow()),
    };
    context.usage = store.usage(registrant);
  } else {
    context.record = store.record(about[0]);
  }
  let decision = registrar[operation](context, ...about);
  const stored = store.record(decision.clientId);
  if (operation === 'register' && stored) {
    // The client is there already: it is decided again, with its record.
    decision = registrar.register({ ...context, record: stored }, ...about);
  }
  console.error(operation, decision.response.status, ...decision.diagnostics.map(({ code }) => code));
  if (decision.fetches.some(({ due }) => due === 'before-effect')) {
    return refusal(500, 'server_error', 'This needs a document. None is fetched.');
  }
  store.carryOut(decision.effect, registrant);
  return decision.response;
}

function failed(error) {
  console.error(error);
  return refusal(500, 'server_error', 'The server failed. Nothing was changed.');
}

/** An answer without a decision (RFC 7591 §3.2.2). */
function refusal(status, error, description, headers = {}) {
  const all = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers };
  return {
    status,
    headers: Object.entries(all).map(([name, value]) => ({ name, value })),
    body: JSON.stringify({ error, error_description: description }),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const [folder = '.', port = '8080'] = process.argv.slice(2);
  await serve(folder, port);
}

// The installed package: its README, its errors, its files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

import { MisuseError, PluginError, Registrar, SettingsError, bearer, freshContext } from '@gatepost/registration';

const { resolve } = createRequire(import.meta.url);
const folder = new URL('.', `file://${resolve('@gatepost/registration/package.json')}`);
const body = Buffer.from('{"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"}');
const registrar = Registrar.compile('[oauth.client-registration]\nanonymous = true');

test("the README's program runs", () => {
  const [, program] = /```js\n(.*?)```/s.exec(readFileSync(new URL('README.md', folder), 'utf8'));
  const file = new URL('readme.mjs', import.meta.url);
  writeFileSync(file, program);
  const printed = execFileSync(process.execPath, [file.pathname], { encoding: 'utf8' });
  assert.match(printed, /^store gpc_\S+\nanswer 201 \{"client_id":"gpc_/);
});

test('the component and its interface are in the package', () => {
  const component = readFileSync(resolve('@gatepost/registration/gatepost.wasm'));
  assert.deepEqual([...component.subarray(0, 8)], [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
  assert.match(readFileSync(new URL('wit/registrar.wit', folder), 'utf8'), /package gatepost:registration@/);
});

test('what the component is made of is in the package, with the notices', () => {
  const { bomFormat, components } = JSON.parse(readFileSync(new URL('gatepost.cdx.json', folder), 'utf8'));
  assert.equal(bomFormat, 'CycloneDX');
  assert.ok(components.some(({ name }) => name === 'serde_json'));
  assert.match(readFileSync(new URL('NOTICES', folder), 'utf8'), /^serde_json \d/m);
});

test('a context is a new one', () => {
  const [one, other] = [freshContext(), freshContext({ record: '{}' })];
  assert.equal(one.entropy.length, 32);
  assert.notDeepEqual(one.entropy, other.entropy);
  assert.ok(Math.abs(Number(one.now) * 1000 - Date.now()) < 10_000);
  assert.deepEqual(one.caller, { credential: 'missing', permissions: [] });
  assert.equal(other.record, '{}');
});

test('settings and terms that have mistakes are refused with all of them', () => {
  const thrown = (call) => {
    try {
      call();
    } catch (error) {
      assert.ok(error instanceof SettingsError, error);
      return error.findings.map(({ path }) => path);
    }
  };
  const settings = '[oauth.client-registration]\nrequire = 1\nunheard-of = 2';
  const paths = thrown(() => Registrar.compile(settings));
  assert.deepEqual(paths.sort(), ['oauth.client-registration.require', 'oauth.client-registration.unheard-of']);
  assert.deepEqual(thrown(() => Registrar.checkTerms('{"unheard-of": 1}')), ['unheard-of']);
  assert.equal(thrown(() => Registrar.checkTerms('{}')), undefined);
});

test('facts from which nothing can be decided are errors, and so are values of another type', () => {
  const contexts = [
    [MisuseError, { ...freshContext(), entropy: new Uint8Array(31) }],
    [PluginError, { ...freshContext(), entropy: undefined }],
    [PluginError, { ...freshContext(), now: 'soon' }],
    [PluginError, freshContext({ caller: { credential: 'trusted' } })],
    [PluginError, freshContext({ caller: { permissions: null } })],
  ];
  for (const [type, context] of contexts) {
    assert.throws(() => registrar.register(context, body), type);
    assert.equal(registrar.register(freshContext(), body).response.status, 201);
  }
  assert.throws(() => registrar.register(freshContext(), undefined), PluginError);
  assert.throws(() => bearer(1), PluginError);
  assert.equal(bearer('Bearer x').token, 'x');
});

test('many calls need no more memory', () => {
  const call = () => registrar.register(freshContext(), body);
  for (let i = 0; i < 2_000; i++) call();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 40_000; i++) call();
  assert.ok(process.memoryUsage().rss - before < 32 << 20);
});

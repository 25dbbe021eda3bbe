// Carries out step after step, so that another program can compare the answers. `tests/support/wire.rs` has the form of
// the lines.
//
// usage: node replay.mjs < steps > answers
import { createInterface } from 'node:readline';

import * as gatepost from '@gatepost/registration';

let settings;
let registrar;
for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answer(step), (_, value) => encode(value))}\n`);
}

function answer(step) {
  try {
    if (step.settings !== settings) registrar = undefined;
    registrar ??= gatepost.Registrar.compile(step.settings);
    settings = step.settings;
    const name = camel(step.operation);
    const owner = [registrar, gatepost.Registrar, gatepost].find((owner) => name in owner);
    return { ok: owner[name](...step.arguments.map(decode)) };
  } catch (error) {
    if (error instanceof gatepost.SettingsError) return { error: error.findings };
    if (error instanceof gatepost.MisuseError) return { error: error.misuse };
    return { failed: String(error) };
  }
}

function decode(value) {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  if ('bytes' in value) return Buffer.from(value.bytes, 'base64');
  if ('u64' in value) return BigInt(value.u64);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [camel(name), decode(member)]));
}

function encode(value) {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return { u64: String(value) };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if ('tag' in value) return { [value.tag]: value.val };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [kebab(name), member]));
}

function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

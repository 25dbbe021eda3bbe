import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { instantiate } from './component/gatepost.js';

const compiled = new Map();

/** The component's code, which is compiled once. */
function code(name) {
  if (!compiled.has(name)) {
    compiled.set(name, new WebAssembly.Module(readFileSync(new URL(`component/${name}`, import.meta.url))));
  }
  return compiled.get(name);
}

/** An instance of the component. One that failed is in an unknown state, and is replaced. */
class Instance {
  #make;
  #made;

  constructor(make) {
    this.#make = make;
    this.ask(() => {});
  }

  ask(call) {
    try {
      this.#made ??= this.#make(instantiate(code, {}).registrar);
      return call(this.#made);
    } catch (error) {
      const { payload } = error;
      if (Array.isArray(payload)) throw new SettingsError(payload);
      if (payload !== undefined) throw new MisuseError(payload);
      this.#made = undefined;
      throw new PluginError(error);
    }
  }
}

const shared = new Instance((component) => component);

export class Registrar {
  #instance;

  static compile(settings) {
    const registrar = new this();
    registrar.#instance = new Instance((component) => component.Registrar.compile(settings));
    return registrar;
  }

  static checkTerms(terms) {
    return shared.ask((component) => component.Registrar.checkTerms(terms));
  }

  static {
    const operations = shared.ask((component) => Object.getOwnPropertyNames(component.Registrar.prototype));
    for (const name of operations.filter((name) => name !== 'constructor')) {
      this.prototype[name] = function (...facts) {
        return this.#instance.ask((registrar) => registrar[name](...facts));
      };
    }
  }
}

export function bearer(authorization) {
  return shared.ask((component) => component.bearer(authorization));
}

export function redirectUriMatches(registered, requested) {
  return shared.ask((component) => component.redirectUriMatches(registered, requested));
}

export function freshContext({ caller, usage, record } = {}) {
  return {
    now: BigInt(Math.floor(Date.now() / 1000)),
    entropy: randomBytes(32),
    caller: { credential: 'missing', permissions: [], ...caller },
    usage: { ...usage },
    record,
  };
}

export class SettingsError extends Error {
  name = 'SettingsError';

  constructor(findings) {
    super(findings.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.findings = findings;
  }
}

export class MisuseError extends Error {
  name = 'MisuseError';

  constructor(misuse) {
    super(misuse.tag);
    this.misuse = misuse;
  }
}

export class PluginError extends Error {
  name = 'PluginError';

  constructor(cause) {
    super(`the plugin failed: ${cause.message}`, { cause });
  }
}

import type { Caller, Context, Misuse, SettingFinding, Usage } from './component/interfaces/gatepost-registration-registrar.js';

export * from './component/interfaces/gatepost-registration-registrar.js';

/**
 * Returns the context of one request: the time, 32 new random bytes, and what the host knows.
 *
 * A caller without a credential is an anonymous one. A record or a counter that is left out is absent.
 */
export function freshContext(known?: { caller?: Partial<Caller>; usage?: Usage; record?: string }): Context;

/** The settings, or an API key's terms, have mistakes. */
export class SettingsError extends Error {
  private constructor();
  /** Every mistake. Show them to the administrator. */
  readonly findings: SettingFinding[];
}

/**
 * The facts are such that no decision can be made from them.
 *
 * Nothing was decided: store nothing, and answer with a server error (500).
 */
export class MisuseError extends Error {
  private constructor();
  /** What is wrong with them. */
  readonly misuse: Misuse;
}

/**
 * The plugin failed, or was given a value of another type. The reason is the `cause`.
 *
 * Nothing was decided: store nothing, and answer with a server error (500). The next call is answered by a new
 * instance.
 */
export class PluginError extends Error {
  private constructor();
}

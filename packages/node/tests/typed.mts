// What the compiler must accept, and what it must not.
import { Registrar, SettingsError, bearer, freshContext } from '@gatepost/registration';
import type { Context, Decision, Effect } from '@gatepost/registration';

const registrar: Registrar = Registrar.compile('');
const { credential, token } = bearer(undefined);
const context: Context = freshContext({ caller: { credential, token, permissions: ['authenticate'] } });
const decision: Decision = registrar.usable(context, 'thunderbird', undefined);
const status: number = decision.response.status;

export function stored(effect: Effect): string | undefined {
  switch (effect.tag) {
    case 'store':
    case 'replace':
    case 'share':
      return effect.val.document;
    case 'remove':
      return undefined;
    case 'none':
      return String(status);
  }
}

export function explain(error: unknown): string[] {
  return error instanceof SettingsError ? error.findings.map(({ path }) => path) : [];
}

// @ts-expect-error: no credential is called so
freshContext({ caller: { credential: 'trusted' } });
// @ts-expect-error: settings are compiled
new Registrar();
// @ts-expect-error: metadata are bytes
registrar.register(context, '{}');

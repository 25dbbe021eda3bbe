// The clients, in a file of JSON lines: what is read is in memory, and what is written is on the disk.
import { appendFileSync, closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs';

export class Store {
  #file;
  #length;
  // By client id. A client that was removed has no record, and is still counted: registering and removing in turn would
  // be a way around limits.
  #clients = new Map();

  constructor(path) {
    this.#file = openSync(path, 'a+', 0o600);
    const text = readFileSync(path, 'utf8');
    // What a crash left unfinished was not acknowledged.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#length = Buffer.byteLength(whole);
    ftruncateSync(this.#file, this.#length);
    for (const line of whole.split('\n').filter(Boolean)) this.#put(JSON.parse(line));
  }

  record(clientId) {
    return this.#clients.get(clientId)?.record;
  }

  /** The counters of a registrant: its account, its key, and the network and window it comes from. */
  usage({ account, key, network, wider }) {
    const all = [...this.#clients.values()];
    const count = (counted) => BigInt(all.filter(counted).length);
    return {
      accountClients: count((client) => account !== undefined && client.record && client.account === account),
      addressRegistrations: count((client) => client.network === network),
      widerRegistrations: count((client) => !client.key && client.wider === wider),
      keyRegistrations: count((client) => key && client.key === key),
      anonymousClients: count((client) => client.record && !client.key),
      totalClients: count((client) => client.record),
    };
  }

  /** Does what was decided; it is on the disk when this returns. */
  carryOut(effect, registrant) {
    const { tag, val } = effect;
    if (tag === 'none' || (tag === 'share' && this.record(val.clientId))) return;
    const clientId = tag === 'remove' ? val : val.clientId;
    const client = { ...(registrant ?? this.#clients.get(clientId)), clientId, record: val.document };
    const line = `${JSON.stringify(client)}\n`;
    try {
      appendFileSync(this.#file, line);
      fsyncSync(this.#file);
    } catch (error) {
      // Nothing of it stays, so that the next line is not joined to a part of this one.
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
    this.#length += Buffer.byteLength(line);
    this.#put(client);
  }

  close() {
    closeSync(this.#file);
  }

  #put(client) {
    this.#clients.set(client.clientId, client);
  }
}

/**
 * What a listener-in hears of a connection: commands, replies, how much content; no secrets.
 */
import type { Overhear } from '@posthorn/world/overhear.ts';
import type { Client } from '../session.ts';

/** Stands for a secret. */
const MASK = '***';

export class Overhearing {
  readonly #tell: Overhear;
  readonly #client: Client;
  readonly #localAddress: string;

  constructor(tell: Overhear, client: Client, localAddress: string) {
    this.#tell = tell;
    this.#client = client;
    this.#localAddress = localAddress;
  }

  /** `isSecret`: it belongs to an exchange after AUTH. */
  command(line: Buffer, { isSecret }: { readonly isSecret: boolean }): void {
    this.#say('client', isSecret ? MASK : line.toString('utf8').replace(/^(AUTH +\S+ +)\S.*/i, `$1${MASK}`));
  }

  replies(lines: string): void {
    for (const line of lines.trimEnd().split('\r\n')) this.#say('server', line);
  }

  content(octets: number): void {
    this.#say('client', `(${octets} octets of content)`);
  }

  #say(who: 'client' | 'server', line: string): void {
    const { session, listener, remoteAddress } = this.#client;
    this.#tell({ session, listener, remoteAddress, localAddress: this.#localAddress, who, line });
  }
}

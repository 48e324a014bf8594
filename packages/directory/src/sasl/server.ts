/**
 * Begins a SASL exchange for a mechanism, and keeps it in order until its end.
 */
import type { Directory } from '../directory.ts';
import type { SaslMechanism, SaslOptions, SaslServer, SaslStep, Turn } from './exchange.ts';
import { RESPONSE_OCTETS_MAX, SASL_MECHANISMS } from './exchange.ts';
import { beginLogin } from './login.ts';
import { beginPlain } from './plain.ts';
import { beginScram } from './scram.ts';

/** The mechanisms this directory can answer, best first. */
export function mechanismsOf(directory: Directory): readonly SaslMechanism[] {
  return SASL_MECHANISMS.filter((mechanism) => mechanism !== 'SCRAM-SHA-256' || directory.scram !== undefined);
}

/** Undefined for a mechanism that is not offered. Its name is compared without case (RFC 4422 §3.1). */
export function createSaslServer(mechanism: string, options: SaslOptions): SaslServer | undefined {
  const offered = mechanismsOf(options.directory).find((name) => name === mechanism.toUpperCase());
  if (offered === undefined) return undefined;
  return new Exchange(begin(offered, options), offered === 'LOGIN');
}

function begin(mechanism: SaslMechanism, options: SaslOptions): Turn {
  switch (mechanism) {
    case 'PLAIN': return beginPlain(options);
    case 'LOGIN': return beginLogin(options);
    case 'SCRAM-SHA-256': return beginScram(options);
    default: return mechanism satisfies never;
  }
}

class Exchange implements SaslServer {
  /** Undefined when the exchange is over. */
  #turn: Turn | undefined;
  /** LOGIN speaks first; in PLAIN and SCRAM the client does. */
  readonly #isServerFirst: boolean;
  #isBegun = false;

  constructor(turn: Turn, isServerFirst: boolean) {
    this.#turn = turn;
    this.#isServerFirst = isServerFirst;
  }

  async step(response: Buffer | undefined): Promise<SaslStep> {
    const turn = this.#turn;
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (turn === undefined || (response === undefined && !isFirst)) return this.#over();
    if (response === undefined && !this.#isServerFirst) {
      // RFC 4422 §3.3: the client has the first word, so ask for it with an empty challenge.
      return { kind: 'challenge', data: Buffer.alloc(0) };
    }
    if ((response?.length ?? 0) > RESPONSE_OCTETS_MAX) return this.#over();
    // A step that is still being worked out must not be answered twice.
    this.#turn = undefined;
    const answered = await turn(response ?? Buffer.alloc(0));
    this.#turn = answered.next;
    return answered.step;
  }

  #over(): SaslStep {
    this.#turn = undefined;
    return { kind: 'malformed' };
  }
}

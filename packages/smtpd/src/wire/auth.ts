/**
 * AUTH: frames a SASL exchange in SMTP's lines.
 *
 * RFC 4954 §4 (base64, `=` for an empty response, `*` to cancel) and §6 (statuses).
 */
import type { SaslServer, SaslStep } from '@posthorn/directory/sasl/exchange.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import { type Reply, reply } from '../reply.ts';

export interface AuthOutcome {
  /** 334 when the exchange goes on. */
  readonly reply: Reply;
  readonly account?: Account;
  /** Counts towards the limit of tries. */
  readonly isFailure: boolean;
}

const BAD_BASE64: AuthOutcome = { reply: reply(501, '5.5.2', 'Cannot decode base64'), isFailure: true };
const CANCELLED: AuthOutcome = { reply: reply(501, '5.7.0', 'Authentication cancelled'), isFailure: true };

/** What `AUTH <mechanism> [initial-response]` says after its verb. */
export function readAuth(text: string): { readonly mechanism: string; readonly initial: string | undefined } | undefined {
  const found = /^AUTH +([A-Z0-9_-]{1,20})(?: +([A-Za-z0-9+/=]+|\*))?$/i.exec(text);
  const [, mechanism, initial] = found ?? [];
  return mechanism === undefined ? undefined : { mechanism, initial };
}

/** Takes the initial response, if there is one. */
export async function beginExchange(sasl: SaslServer, initial: string | undefined): Promise<AuthOutcome> {
  if (initial === undefined) return outcome(await sasl.step(undefined));
  // RFC 4954 §4: a single equals sign is an empty initial response.
  return initial === '=' ? outcome(await sasl.step(Buffer.alloc(0))) : continueExchange(sasl, Buffer.from(initial));
}

/** Takes the line that answers a challenge. */
export async function continueExchange(sasl: SaslServer, line: Buffer): Promise<AuthOutcome> {
  const text = line.toString('latin1').trimEnd();
  if (text === '*') return CANCELLED;
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return BAD_BASE64;
  return outcome(await sasl.step(Buffer.from(text, 'base64')));
}

function outcome(step: SaslStep): AuthOutcome {
  switch (step.kind) {
    case 'challenge':
      return { reply: reply(334, '', step.data.toString('base64')), isFailure: false };
    case 'welcome':
      return { reply: reply(235, '2.7.0', 'Authentication successful'), account: step.account, isFailure: false };
    case 'refused':
      return { reply: reply(535, '5.7.8', 'Authentication credentials invalid'), isFailure: true };
    case 'throttled':
      return { reply: reply(454, '4.7.0', 'Too many failed attempts, try again later'), isFailure: true };
    case 'malformed':
      return { reply: reply(501, '5.5.2', 'That is not what the mechanism foresees'), isFailure: true };
    default:
      return step satisfies never;
  }
}

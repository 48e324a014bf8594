/**
 * SCRAM-SHA-256: the password is proved, and so are we, without it crossing the wire.
 *
 * No channel binding: the client says `n` or `y`. A user that does not exist, or has no keys,
 * gets a stable salt and the whole exchange, and is refused at its end.
 * RFC 5802 (SCRAM), RFC 7677 (SHA-256).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ScramLookup } from '../directory.ts';
import { saslPrepared } from '../password.ts';
import { clientKeyFromProof, hash } from '../scram-keys.ts';
import { MALFORMED, challenged, ended, utf8 } from './exchange.ts';
import type { Answered, SaslOptions, Turn } from './exchange.ts';

const NONCE_OCTETS = 18;

interface ClientFirst {
  /** With its flag and both commas, as it has to come back in `c=`. */
  readonly gs2Header: string;
  readonly bare: string;
  readonly user: string;
  readonly authorisation: string;
  readonly nonce: string;
}

export function beginScram(options: SaslOptions): Turn {
  return async (response) => {
    const first = readClientFirst(response);
    if (first === undefined) return MALFORMED;
    const lookup = await options.directory.scram?.(first.user, options.remoteAddress);
    if (lookup === undefined) return ended({ kind: 'refused' });
    if (lookup === 'throttled') return ended({ kind: 'throttled' });
    const nonce = first.nonce + options.random.bytes(NONCE_OCTETS).toString('base64');
    const { salt, iterations } = lookup.keys;
    const serverFirst = `r=${nonce},s=${salt},i=${iterations}`;
    return challenged(serverFirst, (final) => prove(options, { first, nonce, serverFirst, lookup, final }));
  };
}

function prove(options: SaslOptions, exchange: {
  readonly first: ClientFirst;
  readonly nonce: string;
  readonly serverFirst: string;
  readonly lookup: ScramLookup;
  readonly final: Buffer;
}): Answered {
  const { first, nonce, serverFirst, lookup } = exchange;
  const tell = (isWelcome: boolean): void => options.directory.scramOutcome?.(first.user, options.remoteAddress, isWelcome);
  const final = readClientFinal(exchange.final);
  // RFC 5802 §5.1: c= repeats the gs2 header; r= the nonce of both.
  if (final === undefined || final.binding !== Buffer.from(first.gs2Header).toString('base64') || final.nonce !== nonce) {
    tell(false);
    return MALFORMED;
  }
  const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
  const storedKey = Buffer.from(lookup.keys.storedKey, 'base64');
  // RFC 5802 §3: the client's key is its proof less its signature, and hashes to the stored key.
  const isProved = timingSafeEqual(hash(clientKeyFromProof(storedKey, authMessage, final.proof)), storedKey);
  const account = lookup.account;
  const isWelcome = isProved && account !== undefined
    && (first.authorisation === '' || first.authorisation === first.user || first.authorisation.toLowerCase() === account.address);
  tell(isWelcome);
  if (!isWelcome) return ended({ kind: 'refused' });
  const signature = createHmac('sha256', Buffer.from(lookup.keys.serverKey, 'base64')).update(authMessage).digest('base64');
  // RFC 4954 §4, RFC 9051 §6.2.2: what the server has to say last is a challenge with an empty response.
  return challenged(`v=${signature}`, (rest) => (rest.length === 0 ? ended({ kind: 'welcome', account }) : MALFORMED));
}

/** RFC 5802 §7: gs2-header client-first-message-bare. */
function readClientFirst(response: Buffer): ClientFirst | undefined {
  const found = /^([ny],(?:a=([^,]+))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/s.exec(utf8(response) ?? '');
  if (found === null) return undefined;
  const [, gs2Header, authorisationName, bare, userName, nonce] = found;
  const user = decodeName(userName ?? '');
  const authorisation = authorisationName === undefined ? '' : decodeName(authorisationName);
  if (gs2Header === undefined || bare === undefined || nonce === undefined || !user || authorisation === undefined) return undefined;
  return { gs2Header, bare, user, authorisation, nonce };
}

/** RFC 5802 §5.1: `,` and `=` in names are written =2C and =3D; any other `=` is an error. */
function decodeName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return saslPrepared(name.replaceAll('=2C', ',').replaceAll('=3D', '='));
}

/** RFC 5802 §7: c=…,r=…[,extensions],p=…; the proof comes last. */
function readClientFinal(response: Buffer): { binding: string; nonce: string; proof: Buffer; withoutProof: string } | undefined {
  const found = /^(c=([A-Za-z0-9+/=]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?),p=([A-Za-z0-9+/]{43}=)$/s.exec(utf8(response) ?? '');
  const [, withoutProof, binding, nonce, proof] = found ?? [];
  if (withoutProof === undefined || binding === undefined || nonce === undefined || proof === undefined) return undefined;
  return { binding, nonce, proof: Buffer.from(proof, 'base64'), withoutProof };
}

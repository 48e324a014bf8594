/**
 * Logging in at a smarthost: the client's side of PLAIN, LOGIN and SCRAM-SHA-256.
 *
 * RFC 4616 (PLAIN), RFC 5802 and RFC 7677 (SCRAM-SHA-256). LOGIN was never a standard.
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** One exchange. `undefined` from `answer`: the server's challenge makes no sense, or it is not who it says. */
export interface SaslClient {
  readonly mechanism: string;
  /** Sent along with AUTH; undefined when the server speaks first. */
  readonly first: Buffer | undefined;
  answer(challenge: Buffer): Buffer | undefined;
  /** Whether the server may call it a success now: with SCRAM only once it has proved itself (RFC 5802 §5). */
  readonly isComplete: boolean;
}

export interface SaslChoice {
  /** In upper case, as offered. */
  readonly offered: readonly string[];
  readonly credentials: Credentials;
  /** Printable and without comma; at least 18 characters from a good source. */
  readonly nonce: string;
}

/** RFC 7677 §4 asks for at least 4096; the upper bound is what we let a server make us compute. */
const ITERATIONS_MIN = 4096;
const ITERATIONS_MAX = 1_000_000;

/** The best mechanism that both sides know. */
export function chooseSasl({ offered, credentials, nonce }: SaslChoice): SaslClient | undefined {
  if (offered.includes('SCRAM-SHA-256')) return scram(credentials, nonce);
  if (offered.includes('PLAIN')) return plain(credentials);
  if (offered.includes('LOGIN')) return login(credentials);
  return undefined;
}

function plain({ user, password }: Credentials): SaslClient {
  return { mechanism: 'PLAIN', first: Buffer.from(`\0${user}\0${password}`), answer: () => undefined, isComplete: true };
}

function login({ user, password }: Credentials): SaslClient {
  const answers = [user, password];
  return {
    mechanism: 'LOGIN',
    first: undefined,
    answer: () => {
      const next = answers.shift();
      return next === undefined ? undefined : Buffer.from(next);
    },
    isComplete: true,
  };
}

/** RFC 5802 §5; no channel binding (RFC 7677 §3 leaves it to SCRAM-SHA-256-PLUS). */
function scram({ user, password }: Credentials, nonce: string): SaslClient {
  const name = user.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C');
  const clientFirst = `n=${name},r=${nonce}`;
  let expected: Buffer | undefined;
  let isComplete = false;
  const onServerFirst = (challenge: string): Buffer | undefined => {
    const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9})(?:,|$)/.exec(challenge);
    const [, serverNonce = '', salt = '', count = '0'] = match ?? [];
    const iterations = Number(count);
    // RFC 5802 §5.1: the server's nonce begins with ours, and is longer.
    if (!serverNonce.startsWith(nonce) || serverNonce === nonce) return undefined;
    if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) return undefined;
    const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), iterations, 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=biws,r=${serverNonce}`;
    const message = `${clientFirst},${challenge},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
    const proof = Buffer.from(clientKey.map((octet, index) => octet ^ (signature[index] ?? 0)));
    expected = hmac(hmac(salted, 'Server Key'), message);
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`);
  };
  const onServerFinal = (challenge: string, signature: Buffer): Buffer | undefined => {
    const given = Buffer.from(/^v=([A-Za-z0-9+/=]+)/.exec(challenge)?.[1] ?? '', 'base64');
    isComplete = given.length === signature.length && timingSafeEqual(given, signature);
    return isComplete ? Buffer.alloc(0) : undefined;
  };
  return {
    mechanism: 'SCRAM-SHA-256',
    first: Buffer.from(`n,,${clientFirst}`),
    answer: (challenge) => (expected === undefined
      ? onServerFirst(challenge.toString('utf8')) : onServerFinal(challenge.toString('utf8'), expected)),
    get isComplete() {
      return isComplete;
    },
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/**
 * Who signed in with a browser: a cookie of random octets for each, kept here and nowhere else.
 *
 * HttpOnly, SameSite=Strict, for this host alone; gone after a day, at sign-out, or at a restart.
 * RFC 6265 §4.1.2.
 */
import { createHash } from 'node:crypto';
import { BoundedMap } from '@posthorn/directory/bounded-map.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Random } from '@posthorn/world/random.ts';

const COOKIE = 'posthorn';
const TOKEN_OCTETS = 32;
const SIGN_INS_MAX = 10_000;
const AGE_SECONDS_MAX = 24 * 60 * 60;

interface SignIn {
  readonly account: Account;
  /** Monotonic. */
  readonly until: number;
}

export class SignIns {
  readonly #clock: Clock;
  readonly #random: Random;
  /** By the hash of the token, so that how long a look takes says nothing of it. */
  readonly #kept = new BoundedMap<string, SignIn>(SIGN_INS_MAX);

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The Set-Cookie field that says who this is from now on. */
  open(account: Account, { isSecure }: { readonly isSecure: boolean }): string {
    const token = this.#random.bytes(TOKEN_OCTETS).toString('base64url');
    this.#kept.set(hashed(token), { account, until: this.#clock.monotonic() + AGE_SECONDS_MAX * 1000 });
    return setCookie(token, { ageSeconds: AGE_SECONDS_MAX, isSecure });
  }

  /** Whose cookie this is. */
  find(cookies: string | undefined): Account | undefined {
    const token = tokenIn(cookies);
    if (token === undefined) return undefined;
    const found = this.#kept.get(hashed(token));
    if (found !== undefined && found.until > this.#clock.monotonic()) return found.account;
    this.#kept.delete(hashed(token));
    return undefined;
  }

  /** The Set-Cookie field that forgets it. */
  close(cookies: string | undefined): string {
    const token = tokenIn(cookies);
    if (token !== undefined) this.#kept.delete(hashed(token));
    return setCookie('', { ageSeconds: 0, isSecure: false });
  }
}

function setCookie(token: string, { ageSeconds, isSecure }: { readonly ageSeconds: number; readonly isSecure: boolean }): string {
  return `${COOKIE}=${token}; Path=/; Max-Age=${ageSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

function tokenIn(cookies: string | undefined): string | undefined {
  return cookies?.split(/; */).find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

function hashed(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

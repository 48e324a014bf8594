/**
 * Connections that are kept, so that the next letter to a host need not greet it again.
 *
 * Bounded by host and in all; who finds no place waits for his turn.
 */
import type { Clock, Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { OpenAnswer, OpenFailure, SmtpConnection } from './connection.ts';
import { type Target, targetKey } from './target.ts';

export interface PoolLimits {
  /** Connections to one address at once. */
  readonly perHost: number;
  /** Connections that rest, in all. */
  readonly resting: number;
  /** How long a connection rests before it is closed. */
  readonly rest: Milliseconds;
  /** Letters that go over one connection. */
  readonly letters: number;
}

export type Acquired =
  /** `isFresh`: just greeted; a kept one may have died while it rested. */
  | { readonly kind: 'connection'; readonly connection: SmtpConnection; readonly isFresh: boolean }
  | { readonly kind: 'failed'; readonly failure: OpenFailure };

type Open = (target: Target, signal: AbortSignal) => Promise<OpenAnswer>;

interface Resting {
  readonly connection: SmtpConnection;
  readonly timer: Timer;
}

interface Host {
  /** Connections that are open or being opened. */
  open: number;
  resting: Resting[];
  waiting: (() => void)[];
}

export class Pool {
  readonly #clock: Clock;
  readonly #limits: PoolLimits;
  readonly #open: Open;
  readonly #hosts = new Map<string, Host>();
  readonly #leaving = new Set<Promise<void>>();
  #restingCount = 0;
  #isClosed = false;

  constructor({ clock, limits, open }: { readonly clock: Clock; readonly limits: PoolLimits; readonly open: Open }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#open = open;
  }

  /** A connection for one user, who gives it back by `release`. */
  async acquire(target: Target, signal: AbortSignal): Promise<Acquired> {
    const host = this.#hostOf(targetKey(target));
    for (;;) {
      if (signal.aborted) return { kind: 'failed', failure: { stage: 'connect', why: 'called-off', text: 'We were told to stop' } };
      const kept = this.#takeResting(host);
      if (kept !== undefined) return { kind: 'connection', connection: kept, isFresh: false };
      if (host.open < this.#limits.perHost) return this.#openOne(host, target, signal);
      await turn(host, signal);
    }
  }

  /** Keeps it for the next, or lets it go. */
  release(connection: SmtpConnection): void {
    const key = targetKey(connection.target);
    const host = this.#hostOf(key);
    const isKept = connection.isUsable && !this.#isClosed
      && connection.transactions < this.#limits.letters && this.#restingCount < this.#limits.resting;
    if (isKept) this.#rest(key, host, connection);
    else {
      this.#leave(connection);
      this.#closed(key, host);
    }
    host.waiting.shift()?.();
  }

  /** Takes leave of all that rest. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [key, host] of this.#hosts) {
      for (const { connection, timer } of host.resting.splice(0)) {
        timer.cancel();
        this.#restingCount -= 1;
        this.#leave(connection);
        this.#closed(key, host);
      }
    }
    await Promise.all(this.#leaving);
  }

  #hostOf(key: string): Host {
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const host: Host = { open: 0, resting: [], waiting: [] };
    this.#hosts.set(key, host);
    return host;
  }

  async #openOne(host: Host, target: Target, signal: AbortSignal): Promise<Acquired> {
    host.open += 1;
    let connection: SmtpConnection | undefined;
    try {
      const answer = await this.#open(target, signal);
      if (answer.kind === 'failed') return answer;
      ({ connection } = answer);
      return { kind: 'connection', connection, isFresh: true };
    } finally {
      if (connection === undefined) {
        this.#closed(targetKey(target), host);
        host.waiting.shift()?.();
      }
    }
  }

  /** The one that rested last: it is the least likely to have been closed. */
  #takeResting(host: Host): SmtpConnection | undefined {
    const resting = host.resting.pop();
    if (resting === undefined) return undefined;
    resting.timer.cancel();
    this.#restingCount -= 1;
    return resting.connection;
  }

  #rest(key: string, host: Host, connection: SmtpConnection): void {
    const give = (): void => {
      const at = host.resting.indexOf(resting);
      if (at === -1) return;
      host.resting.splice(at, 1);
      this.#restingCount -= 1;
      resting.timer.cancel();
      this.#leave(connection);
      this.#closed(key, host);
    };
    const resting: Resting = { connection, timer: this.#clock.deadline(this.#limits.rest, give) };
    host.resting.push(resting);
    this.#restingCount += 1;
    connection.whenDisturbed(give);
  }

  #leave(connection: SmtpConnection): void {
    const leaving = connection.quit().finally(() => {
      this.#leaving.delete(leaving);
    });
    this.#leaving.add(leaving);
  }

  #closed(key: string, host: Host): void {
    host.open -= 1;
    if (host.open === 0 && host.waiting.length === 0) this.#hosts.delete(key);
  }
}

/** Waits until someone gives a connection back, or `signal` says to stop. */
function turn(host: Host, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const onTurn = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = (): void => {
      host.waiting = host.waiting.filter((one) => one !== onTurn);
      resolve();
    };
    host.waiting.push(onTurn);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

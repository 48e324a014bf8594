/**
 * One simulated wire: two ends, a bounded buffer each way, and what goes wrong on it.
 *
 * Like a TCP connection seen from its two sockets: a writer that is not read from has to
 * wait, an end is seen after all that was sent before it, a destroyed end looks like the
 * peer's close, and a reset throws away what was under way.
 */
import { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import { type Addresses, asConnection } from '../connection.ts';
import { type Connection, NetFault } from '../net.ts';

/** What happens when `at` octets have gone one way, exactly. */
export interface WireEvent {
  readonly at: number;
  /**
   * `close`: both ends see the other close. `reset`: both ends see ECONNRESET.
   * `half-open`: nothing arrives any more, either way, and nobody is told.
   * `delay`: what follows in this direction is late by `ms`.
   */
  readonly kind: 'close' | 'reset' | 'half-open' | 'delay';
  /** For `delay`. */
  readonly ms?: Milliseconds;
}

export interface WireOptions {
  readonly clock: Clock;
  /** From one end to the other. */
  readonly latency: Milliseconds;
  /** The most octets that arrive at once. */
  readonly segmentMax: number;
  /** By direction, in order of `at`. */
  readonly outward: readonly WireEvent[];
  readonly inward: readonly WireEvent[];
}

/** What the kernels at both ends hold of one direction before a writer has to wait. */
const WINDOW_OCTETS = 65_536;

interface End {
  readonly stream: Duplex;
  /** What this end sends. */
  readonly lane: Lane;
}

export interface Wire {
  /** Connected. */
  readonly near: Connection;
  /** Accepted. */
  readonly far: Connection;
  /** Breaks it now: see `WireEvent`. */
  strike(kind: Breakage): void;
}

type Breakage = Exclude<WireEvent['kind'], 'delay'>;

export function createWire(near: Addresses, options: WireOptions): Wire {
  const wire = { isDead: false };
  const ends: { near?: End; far?: End } = {};
  const strike = (kind: Breakage): void => {
    if (kind === 'half-open') wire.isDead = true;
    for (const end of [ends.near, ends.far]) {
      if (kind === 'reset') end?.stream.destroy(new NetFault('ECONNRESET', 'read ECONNRESET'));
      if (kind === 'close') end?.lane.other?.finish();
      if (kind === 'close') end?.lane.refuse();
    }
  };
  const outward = new Lane(options, options.outward, wire, strike);
  const inward = new Lane(options, options.inward, wire, strike);
  outward.other = inward;
  inward.other = outward;
  const nearStream = createEnd(outward, inward);
  const farStream = createEnd(inward, outward);
  ends.near = { stream: nearStream, lane: outward };
  ends.far = { stream: farStream, lane: inward };
  const far: Addresses = {
    remoteAddress: near.localAddress, remotePort: near.localPort, localAddress: near.remoteAddress, localPort: near.remotePort,
  };
  return { near: asConnection(nearStream, near), far: asConnection(farStream, far), strike };
}

function createEnd(outgoing: Lane, incoming: Lane): Duplex {
  const stream = new Duplex({
    // Like a socket's default: who has read the end, ends.
    allowHalfOpen: false,
    write: (chunk: Buffer, _encoding, done) => outgoing.send(chunk, done),
    final: (done) => {
      outgoing.end();
      done();
    },
    read: () => incoming.pull(),
    destroy: (error, done) => {
      outgoing.abandon(error instanceof NetFault && error.code === 'ECONNRESET');
      incoming.close();
      done(error);
    },
  });
  incoming.attach(stream);
  return stream;
}

/** One direction. */
class Lane {
  readonly #options: WireOptions;
  readonly #wire: { isDead: boolean };
  readonly #strike: (kind: Breakage) => void;
  #events: readonly WireEvent[];
  #reader: Duplex | undefined;
  /** Octets sent and not yet handed to the reader. */
  #held = 0;
  #sent = 0;
  #arrived: (Buffer | null)[] = [];
  #isWanted = false;
  #waiting: ((error?: Error | null) => void) | undefined;
  #lateness: Milliseconds = 0;
  #isEnded = false;
  #isRefused = false;
  #isOver = false;
  /** The direction back; set once, by the wire. */
  other: Lane | undefined;

  constructor(options: WireOptions, events: readonly WireEvent[], wire: { isDead: boolean }, strike: (kind: Breakage) => void) {
    this.#options = options;
    this.#events = events;
    this.#wire = wire;
    this.#strike = strike;
  }

  attach(reader: Duplex): void {
    this.#reader = reader;
  }

  /** Takes octets from the writer; `done` when there is room for more. */
  send(chunk: Buffer, done: (error?: Error | null) => void): void {
    if (this.#isRefused) {
      done(new NetFault('EPIPE', 'write EPIPE'));
      return;
    }
    this.#held += chunk.length;
    for (let rest = chunk; rest.length > 0;) {
      const event = this.#events[0];
      const untilEvent = event === undefined ? rest.length : event.at - this.#sent;
      const octets = Math.min(rest.length, this.#options.segmentMax, Math.max(0, untilEvent));
      if (octets > 0) this.#travel(rest.subarray(0, octets));
      this.#sent += octets;
      rest = rest.subarray(octets);
      if (event !== undefined && this.#sent >= event.at) this.#meet(event);
    }
    if (this.#held <= WINDOW_OCTETS) done();
    else this.#waiting = done;
  }

  end(): void {
    if (!this.#isEnded) this.#travel(null);
    this.#isEnded = true;
  }

  /** The writer is gone: its peer sees an end, or a reset. */
  abandon(isReset: boolean): void {
    this.#waiting = undefined;
    if (isReset) this.#later(() => this.#reader?.destroy(new NetFault('ECONNRESET', 'read ECONNRESET')));
    else this.end();
  }

  /** The reader is gone: what it did not read is lost, and who writes on is told. */
  close(): void {
    this.#arrived = [];
    this.#later(() => this.refuse());
  }

  refuse(): void {
    this.#isRefused = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(new NetFault('EPIPE', 'write EPIPE'));
  }

  /** The reader sees the end after what has arrived so far, whatever was still to come. */
  finish(): void {
    this.#isEnded = true;
    this.#arrive(null);
  }

  /** The reader wants more. */
  pull(): void {
    this.#isWanted = true;
    this.#hand();
  }

  #meet(event: WireEvent): void {
    this.#events = this.#events.slice(1);
    if (event.kind === 'delay') this.#lateness += event.ms ?? 0;
    else {
      const { kind } = event;
      this.#later(() => this.#strike(kind));
    }
  }

  #travel(piece: Buffer | null): void {
    this.#later(() => this.#arrive(piece));
  }

  /** In the order of asking, after the time it takes to get there. */
  #later(act: () => void): void {
    const ms = this.#options.latency + this.#lateness;
    const unlessDead = (): void => {
      if (!this.#wire.isDead) act();
    };
    if (ms === 0) process.nextTick(unlessDead);
    else this.#options.clock.deadline(ms, unlessDead);
  }

  #arrive(piece: Buffer | null): void {
    if (this.#isOver) return;
    this.#arrived.push(piece);
    this.#hand();
  }

  #hand(): void {
    while (this.#isWanted && !this.#isOver && this.#arrived.length > 0) {
      const piece = this.#arrived.shift();
      if (this.#reader === undefined || this.#reader.destroyed) return;
      if (piece === null || piece === undefined) {
        // What comes after the end, on a wire that was cut, does not come.
        this.#isOver = true;
        this.#reader.push(null);
        return;
      }
      this.#held -= piece.length;
      this.#isWanted = this.#reader.push(piece);
    }
    if (this.#waiting !== undefined && this.#held <= WINDOW_OCTETS) {
      const done = this.#waiting;
      this.#waiting = undefined;
      done();
    }
  }
}

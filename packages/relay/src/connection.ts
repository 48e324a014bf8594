/**
 * A connection to another host: moves octets between the wire and the client machine.
 *
 * RFC 5321 §3.1 to §3.8; timeouts of §4.5.3.2, on the monotonic clock.
 */
import type { Clock } from '@posthorn/world/clock.ts';
import type { FaultRules } from '@posthorn/world/fault.ts';
import { type Net, NetFault } from '@posthorn/world/net.ts';
import { identifier, type Random } from '@posthorn/world/random.ts';
import { startTlsClient, type TlsFacts } from '@posthorn/world/tls.ts';
import { type CutReason, SmtpClient } from './client/client.ts';
import type { TransactionRequest } from './client/commands.ts';
import type { ClientAction, ClientStage, DialogueFailure } from './client/dialogue.ts';
import { DotStuffer } from './client/dot-stuffing.ts';
import type { Extensions } from './client/extensions.ts';
import type { TransactionOutcome } from './client/transaction.ts';
import { askFaults, pause, type SendingFaults, type SendingOccasion } from './sending-faults.ts';
import type { Target } from './target.ts';
import { BLOCK_TIMEOUT, CONNECT_TIMEOUT, timeoutOf } from './timeouts.ts';
import { Wire } from './wire.ts';

export interface ConnectionWorld {
  readonly net: Net;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: FaultRules;
  /** Our name in EHLO. */
  readonly hostname: string;
  /** Trusted authorities in PEM instead of the system's. */
  readonly ca?: string | readonly string[];
}

/** Why there is no connection ready for mail. */
export interface OpenFailure {
  readonly stage: ClientStage | 'connect';
  readonly why: DialogueFailure['why'] | 'connect';
  readonly reply?: DialogueFailure['reply'];
  readonly text: string;
}

export type OpenAnswer =
  | { readonly kind: 'open'; readonly connection: SmtpConnection }
  | { readonly kind: 'failed'; readonly failure: OpenFailure };

export interface Mailing {
  readonly request: TransactionRequest;
  /** The letter, as it goes out. */
  readonly content: () => AsyncIterable<Buffer>;
  readonly signal: AbortSignal;
}

type TlsDemand = Target['tls'] | 'never';

/** Once we stop, how long the answer to a final dot may still take. */
const LAST_ANSWER_TIMEOUT = 2_000;
const NONCE_LENGTH = 24;
/** Tells nobody to stop. */
const NEVER = new AbortController();

/** Connects, greets, secures and logs in. */
export async function openConnection(world: ConnectionWorld, target: Target, { signal, tls = target.tls }: {
  readonly signal: AbortSignal;
  readonly tls?: TlsDemand;
}): Promise<OpenAnswer> {
  const occasion = { remoteAddress: target.address, host: target.host };
  const { cut, reply } = await askFaults({ ...world, signal }, 'connect', occasion);
  if (cut !== undefined || reply !== undefined) return connectFailure(`${target.host} [${target.address}] cannot be reached: by a fault rule`);
  const timer = new AbortController();
  const timeout = world.clock.deadline(CONNECT_TIMEOUT, () => timer.abort());
  try {
    const raw = await world.net.connect(
      { host: target.address, port: target.port }, { signal: AbortSignal.any([signal, timer.signal]) },
    );
    const connection = new SmtpConnection(world, target, { wire: new Wire(raw, world.clock), tls });
    const failure = await connection.greet(signal);
    return failure === undefined ? { kind: 'open', connection } : { kind: 'failed', failure };
  } catch (fault) {
    if (!(fault instanceof NetFault)) throw fault;
    if (signal.aborted) return { kind: 'failed', failure: { stage: 'connect', why: 'called-off', text: 'We were told to stop' } };
    const why = timer.signal.aborted ? 'it took too long' : fault.code;
    return connectFailure(`${target.host} [${target.address}] cannot be reached: ${why}`);
  } finally {
    timeout.cancel();
  }
}

function connectFailure(text: string): OpenAnswer {
  return { kind: 'failed', failure: { stage: 'connect', why: 'connect', text } };
}

export class SmtpConnection {
  readonly target: Target;
  readonly #world: ConnectionWorld;
  readonly #client: SmtpClient;
  #wire: Wire;
  #tls: TlsFacts | undefined;
  #mailing: Mailing | undefined;
  /** Of who uses it now. */
  #signal: AbortSignal = NEVER.signal;
  /** A fault rule wants the next thing that comes in to be lost, and the connection with it. */
  #losesNext = false;
  /** A fault rule answered in the host's place: what it would say next is anyone's guess. */
  #isSpoilt = false;

  constructor(world: ConnectionWorld, target: Target, { wire, tls }: { readonly wire: Wire; readonly tls: TlsDemand }) {
    this.#world = world;
    this.target = target;
    this.#wire = wire;
    this.#client = new SmtpClient({
      hostname: world.hostname,
      tls,
      nonce: identifier(world.random, NONCE_LENGTH),
      ...(target.credentials === undefined ? {} : { credentials: target.credentials }),
    });
  }

  /** What was agreed on; undefined in clear text. */
  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  get extensions(): Extensions {
    return this.#client.extensions;
  }

  /** Letters it was used for so far. */
  get transactions(): number {
    return this.#client.transactions;
  }

  /** Ready for another transaction, as far as one can see from here. */
  get isUsable(): boolean {
    return !this.#client.isOver && !this.#isSpoilt && this.#client.stage === 'idle' && !this.#wire.isDisturbed;
  }

  /** Calls `act` once if the host closes, or says something, while the connection rests. */
  whenDisturbed(act: () => void): void {
    this.#wire.whenDisturbed(act);
  }

  /** From the connection to `ready`. Undefined when it is. */
  async greet(signal: AbortSignal): Promise<OpenFailure | undefined> {
    this.#signal = signal;
    const isReady = this.target.tls !== 'implicit' || await this.#secure() === undefined;
    if (isReady) {
      await this.#fault('banner');
      await this.#converse([]);
    }
    const { failure } = this.#client;
    if (failure === undefined) return undefined;
    this.#wire.destroy();
    return failure;
  }

  /** One transaction. */
  async send(mailing: Mailing): Promise<TransactionOutcome> {
    this.#wire.calm();
    this.#mailing = mailing;
    this.#signal = mailing.signal;
    await this.#converse(this.#client.begin(mailing.request));
    this.#mailing = undefined;
    if (this.#client.isOver || this.#isSpoilt) this.#wire.destroy();
    const { outcome } = this.#client;
    if (outcome === undefined) throw new Error('a transaction that began has an outcome');
    return outcome;
  }

  /** Takes leave, in order where that is possible. */
  async quit(): Promise<void> {
    this.#wire.calm();
    if (!this.isUsable) {
      this.#wire.destroy();
      return;
    }
    this.#signal = NEVER.signal;
    await this.#converse(this.#client.quit());
    if (this.#client.failure === undefined) this.#wire.end();
    else this.#wire.destroy();
  }

  destroy(): void {
    this.#wire.destroy();
  }

  /** Carries out actions and reads answers, until it is ready, done or over. */
  async #converse(first: readonly ClientAction[]): Promise<void> {
    let actions = [...first];
    while (!this.#client.isOver || actions.length > 0) {
      for (let action = actions.shift(); action !== undefined; action = actions.shift()) {
        if (action.kind === 'ready' || action.kind === 'done' || action.kind === 'over') return;
        actions.push(...await this.#perform(action));
      }
      actions = [...await this.#listen()];
    }
  }

  async #perform(action: Exclude<ClientAction, { kind: 'ready' | 'done' | 'over' }>): Promise<readonly ClientAction[]> {
    switch (action.kind) {
      case 'send':
        return this.#command(action);
      case 'secure':
        return await this.#secure() ?? this.#client.secured();
      case 'content':
        return this.#sendContent();
      default:
        return action satisfies never;
    }
  }

  async #listen(): Promise<readonly ClientAction[]> {
    const { stage } = this.#client;
    let heard = await this.#wire.read({ timeout: timeoutOf(stage), signal: this.#signal });
    // The host may have taken the letter; the answer is worth a moment, or it is sent twice.
    if (heard === 'called-off' && stage === 'data-end') heard = await this.#wire.read({ timeout: LAST_ANSWER_TIMEOUT });
    if (typeof heard === 'string') return this.#client.cut(heard);
    if (this.#losesNext) {
      this.#wire.destroy();
      return this.#client.cut('cut');
    }
    return this.#client.receive(heard);
  }

  async #command(action: Extract<ClientAction, { kind: 'send' }>): Promise<readonly ClientAction[]> {
    const { cut, reply } = await this.#fault(action.stage, action.recipient);
    if (reply !== undefined) return this.#client.answer(action.id, { code: reply.code, lines: [reply.text] });
    if (cut !== undefined && !cut.afterAccept) return this.#client.isOver ? [{ kind: 'over' }] : [];
    this.#wire.write(action.octets);
    return [];
  }

  /** Puts TLS on top of the wire. Answers with what to do if that failed. */
  async #secure(): Promise<readonly ClientAction[] | undefined> {
    const timer = new AbortController();
    const timeout = this.#world.clock.deadline(timeoutOf('tls'), () => timer.abort());
    try {
      const { ca } = this.#world;
      const secure = await startTlsClient(this.#wire.release(), {
        servername: this.target.host,
        verify: this.target.isVerified ? 'required' : 'opportunistic',
        ...(ca === undefined ? {} : { ca }),
        signal: AbortSignal.any([this.#signal, timer.signal]),
      });
      this.#tls = secure.tls;
      this.#wire = new Wire(secure, this.#world.clock);
      return undefined;
    } catch (fault) {
      if (!(fault instanceof NetFault)) throw fault;
      if (this.#signal.aborted) return this.#client.cut('called-off');
      return this.#client.cut('tls', timer.signal.aborted ? 'it took too long' : fault.message);
    } finally {
      timeout.cancel();
    }
  }

  async #sendContent(): Promise<readonly ClientAction[]> {
    const faults = await this.#fault('body');
    if (this.#client.isOver) return [{ kind: 'over' }];
    const stuffer = new DotStuffer();
    try {
      for await (const chunk of this.#mailing?.content() ?? []) {
        this.#wire.write(stuffer.push(chunk));
        if (faults.throttle !== undefined) await pause(chunk.length * 1_000 / faults.throttle.octetsPerSecond, { clock: this.#world.clock, signal: this.#signal });
        if (!this.#wire.isHeavy && faults.throttle === undefined) continue;
        const interruption = await this.#wire.flush({ timeout: BLOCK_TIMEOUT, signal: this.#signal });
        if (interruption !== undefined) return this.#client.cut(interruption);
        const heard = this.#wire.take();
        if (heard !== undefined) this.#client.receive(heard);
        if (this.#client.isOver) return [{ kind: 'over' }];
      }
    } catch (fault) {
      // Our own books: without its final dot the letter was never sent.
      return this.#client.cut('content', fault instanceof Error ? fault.message : '');
    }
    return this.#client.contentSent(stuffer.isLineStart);
  }

  /** Asks the fault rules, and does at once what does not belong to one command. */
  async #fault(stage: ClientStage, recipient?: string): Promise<SendingFaults> {
    const occasion: SendingOccasion = {
      remoteAddress: this.target.address,
      host: this.target.host,
      ...(this.#mailing === undefined ? {} : { sender: this.#mailing.request.reversePath ?? '' }),
      ...(recipient === undefined ? {} : { recipient }),
    };
    const faults = await askFaults({ ...this.#world, signal: this.#signal }, stage, occasion);
    if (faults.reply !== undefined) {
      this.#isSpoilt = true;
      const isUnasked = stage === 'banner' || stage === 'body';
      if (isUnasked) this.#client.receive(Buffer.from(`${faults.reply.code} ${faults.reply.text}\r\n`));
    }
    if (faults.cut !== undefined) this.#cutBy(faults.cut);
    return faults;
  }

  #cutBy(cut: NonNullable<SendingFaults['cut']>): void {
    this.#isSpoilt = true;
    if (cut.afterAccept) {
      this.#losesNext = true;
      return;
    }
    const why: CutReason = cut.how === 'half-open' ? 'timeout' : 'cut';
    this.#client.cut(why, 'by a fault rule');
    if (cut.how === 'close') this.#wire.end();
    else this.#wire.destroy();
  }
}

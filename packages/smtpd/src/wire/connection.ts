/**
 * One connection: smtp-server's, mended, with our sessions behind it.
 *
 * Kept of smtp-server: the socket's listeners and end, TLS (implicit and STARTTLS, with its
 * retired parser, so that nothing sent in clear text survives), the command loop with its
 * order, its guard against exceptions and its waiting for a client that does not read
 * replies. Ours: parsing lines and letters (`line-stream.ts`), every command, every reply,
 * timers, limits. Replies go out together when everything that came has been answered.
 * RFC 5321 §4; RFC 2920 (PIPELINING), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 2033 (LMTP).
 */
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { TLSSocket } from 'node:tls';
import type { SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import type { SaslServer } from '@posthorn/directory/sasl/exchange.ts';
import type { Milliseconds, Timer } from '@posthorn/world/clock.ts';
import type { Connection } from '@posthorn/world/net.ts';
import { identifier } from '@posthorn/world/random.ts';
import { after, type Answer, formatReply, isPositive, type Reply, reply } from '../reply.ts';
import { commandText } from './arguments.ts';
import { type AuthOutcome, beginExchange, continueExchange, readAuth } from './auth.ts';
import { Conduct } from './conduct.ts';
import { type ClientState, Dialogue } from './dialogue.ts';
import { DotReader } from './dot-reader.ts';
import { replyToFault } from './fault-reply.ts';
import { showing } from './handshake.ts';
import { LetterPhase } from './letter-phase.ts';
import { LineStream } from './line-stream.ts';
import type { WireOptions } from './options.ts';
import { Overhearing } from './overhearing.ts';
import { Patience } from './patience.ts';
import { Staging, UNSAID } from './staging.ts';
import { WORDS } from './words.ts';

type Server = ConstructorParameters<typeof SMTPConnection>[0];
type Socket = ConstructorParameters<typeof SMTPConnection>[1];

const SESSION_ID_LENGTH = 12;
/** How long a client gets to read our 421 when we close down. */
const LEAVING_MS_MAX: Milliseconds = 250;
/** Replies that wait for a pause are sent anyway when there are this many octets. */
const REPLIES_OCTETS_MAX = 16_384;

export class WireConnection extends SMTPConnection {
  readonly #options: WireOptions;
  readonly #connection: Connection;
  readonly #closed: (connection: WireConnection) => void;
  readonly #client: ClientState;
  readonly #staging: Staging;
  readonly #patience: Patience;
  readonly #overhearing: Overhearing | undefined;
  readonly #conduct: Conduct;
  readonly #dialogue: Dialogue;
  readonly #since: Milliseconds;
  #letter: LetterPhase | undefined;
  /** The last letter, until another octet comes behind it: then its client may have heard what became of it. */
  #answered: LetterPhase | undefined;
  #letterSince: Milliseconds = 0;
  #replies = '';
  #isGreeted = false;
  /** We are closing: the next pause is the end. */
  #isLeaving = false;
  /** Plays dead for a fault rule: nothing is read or said any more. */
  #isDead = false;
  #linger: Timer | undefined;

  /** `closed` is called once nothing is left of it. */
  constructor(server: Server, connection: Connection, options: WireOptions, closed: (connection: WireConnection) => void) {
    if (!isSocket(connection)) throw new TypeError('a connection is a stream');
    const { remoteAddress, remotePort, localAddress, localPort } = connection;
    super(server, connection, { id: identifier(options.random, SESSION_ID_LENGTH), remoteAddress, remotePort, localAddress, localPort });
    this.#options = options;
    this.#connection = connection;
    this.#closed = closed;
    this.#client = { listener: options.name, session: this.id, remoteAddress, remotePort, helo: '', greeting: 'HELO', tls: undefined };
    this.#staging = new Staging({
      rules: options.faults, clock: options.clock, listener: options.name, remoteAddress, localAddress, cut: (how) => this.#cut(how),
    });
    this.#overhearing = options.overhear === undefined ? undefined : new Overhearing(options.overhear, this.#client, localAddress);
    this.#since = options.clock.monotonic();
    this.#patience = new Patience(options.clock, () => this.#lose());
    this.#conduct = new Conduct(options.limits);
    this.#dialogue = new Dialogue({ options, client: this.#client, staging: this.#staging, conduct: this.#conduct });
    // smtp-server tells a client in its closed circle from one that is not; here everyone may speak.
    this._ready = true;
  }

  /** Begins: TLS first where it is implicit, then the greeting, at once. */
  override init(): void {
    this.#expect(this.needsUpgrade ? this.#options.limits.handshakeMs : this.#options.limits.greetingMs);
    this._setListeners(() => this.#greet());
  }

  /** Says why nobody is served, instead of a greeting. */
  turnAway(why: Reply): void {
    if (this.needsUpgrade) {
      this.#connection.destroy();
      return;
    }
    this.#isLeaving = true;
    this._setListeners(() => this.#say(why));
  }

  /** 421 now, or behind the letter or command that is under way. */
  leave(): void {
    this.#isLeaving = true;
    if (this._upgrading) this._onError(new Error('closing down during a TLS handshake'));
    else if (this.#letter === undefined && !this._handlerPending) this.#say(WORDS.closing);
  }

  /** No more waiting. */
  sever(): void {
    this.#say(WORDS.closing);
    this._socket.destroy();
    this.#connection.destroy();
  }

  // What smtp-server calls, and we do otherwise.

  override _createParser(): LineStream {
    return new LineStream({
      command: (line, next) => {
        if (this.#isGreeted || this._upgrading) this._onCommand(line, next);
        // A rule holds the greeting back; what was sent ahead waits.
        else this.#whenGreeted = () => this._onCommand(line, next);
      },
      overlong: (next) => this.#overlong(next),
      bareLf: (next) => this.#bareLf(next),
      octets: () => this.#heard(),
      idle: () => this.#idle(),
    }, () => this.#options.limits.commandOctetsMax);
  }

  #whenGreeted: (() => void) | undefined;

  override _onCommand(line: Buffer, next?: () => void): void {
    this.#patience.rest();
    if (this.#isDead) return;
    this.#overhearing?.command(line, { isSecret: this._nextHandler !== false });
    if (this.#isLeaving) this.#say(WORDS.closing);
    else super._onCommand(line, next);
  }

  /** Every verb goes to our own handler; smtp-server's are never reached. */
  override _isSupported(): boolean {
    return true;
  }

  override _getHandler(verb: string): (line: Buffer, done: () => void) => void {
    return (line, done) => this.#handle(verb, line, done);
  }

  /** The few replies that smtp-server's loop makes itself. */
  override send(code: number, data?: string | string[] | null): void {
    this.#say(reply(code, WORDS.statusOf(code), data ?? ''));
  }

  override _armTimeout(): void {
    // Ours is `Patience`.
  }

  override close(): void {
    if (this._closing || this._closed) return;
    this.#flush();
    this._closing = true;
    this.#patience.end();
    this.#letter?.abandon();
    if (this._parser) {
      this._socket.unpipe(this._parser);
      this._parser.isClosed = true;
    }
    if (this._upgrading || this._socket.destroyed) {
      this._socket.destroy();
      return;
    }
    this._socket.end();
    // Read on, or the client's own end is never seen.
    this._socket.on('data', () => this.#heard()).resume();
    const { clock, limits } = this.#options;
    this.#linger = clock.deadline(this.#isLeaving ? Math.min(LEAVING_MS_MAX, limits.lingerMs) : limits.lingerMs, () => this._socket.destroy());
  }

  override _onError(cause: Error): void {
    this.#options.log.debug({ session: this.id, remoteAddress: this.#client.remoteAddress, cause }, 'connection failed');
    this._socket.destroy();
    this.#connection.destroy();
  }

  override _onClose(): void {
    this.#patience.end();
    this.#linger?.cancel();
    this.#letter?.abandon();
    this.#answered?.unheard();
    this.#answered = undefined;
    this.#replies = '';
    super._onClose();
    this.#closed(this);
  }

  override upgrade(callback: () => void, secureCallback?: () => void): void {
    const { tls, limits } = this.#options;
    if (tls === undefined) throw new TypeError('TLS without a context');
    const server = this._server;
    server.secureContext.set('*', tls().context);
    this.#flush();
    const { certificate } = this.#staging;
    if (certificate !== undefined) this._server = showing(server, tls(certificate).context);
    super.upgrade(callback, secureCallback);
    this._server = server;
    this.#expect(limits.handshakeMs);
  }

  /** RFC 3207 §4.2: after the handshake nothing is known that was said before. */
  override _resetSession(): void {
    if (this._socket instanceof TLSSocket) {
      // The handshake's own listener hears only the first error.
      this._socket.on('error', () => {});
      const cipher = this._socket.getCipher();
      this.#client.tls = { protocol: this._socket.getProtocol() ?? '', cipher: cipher.standardName };
    }
    this.#dialogue.beginAnew();
    this.#expect(this.#options.limits.commandMs);
  }

  /** Another octet from the client: it may have heard what became of its letter. */
  #heard(): void {
    if (this.#isDead || this.#answered === undefined) return;
    this.#answered.heard();
    this.#answered = undefined;
  }

  // The dialogue.

  #greet(): void {
    const greeting = reply(220, '', `${this.#options.hostname} ${this.#options.protocol === 'lmtp' ? 'LMTP' : 'ESMTP'} Posthorn`);
    const play = (): Answer => this.#staging.play('banner', {}, () => greeting);
    const greeted = (said: Reply): void => {
      if (said === UNSAID) return;
      this.#say(said);
      this.#isGreeted = true;
      if (said.code !== 220) this.close();
      this.#flush();
      this.#whenGreeted?.();
    };
    const answer = this.#staging.isAtWork ? this.#staging.play('connect', {}, play) : greeting;
    if (answer instanceof Promise) void answer.then(greeted);
    else greeted(answer);
  }

  #handle(verb: string, line: Buffer, done: () => void): void {
    const text = commandText(line);
    if (text === undefined) {
      this.#respond(WORDS.notText, done);
      return;
    }
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        this.#respond(this.#staging.play('ehlo', {}, () => this.#hello(text)), done);
        return;
      case 'MAIL':
        this.#respond(this.#dialogue.mail(text), done);
        return;
      case 'RCPT':
        this.#respond(this.#dialogue.rcpt(text), done);
        return;
      case 'DATA':
        this.#respond(this.#data(text), done);
        return;
      case 'STARTTLS':
        this.#startTls(text, done);
        return;
      case 'AUTH':
        this.#auth(text, done);
        return;
      case 'QUIT':
        this.#respond(this.#staging.play('quit', {}, () => WORDS.bye), () => {
          this.close();
          done();
        });
        return;
      default:
        this.#respond(this.#dialogue.other(verb, text), done);
    }
  }

  #hello(text: string): Reply {
    const said = this.#dialogue.hello(text);
    // smtp-server's loop lets MAIL, RCPT, DATA and AUTH through once it knows this.
    this.hostNameAppearsAs = this.#client.helo;
    return said;
  }

  #data(text: string): Answer {
    return after(this.#dialogue.data(text), (said) => {
      const envelope = this.#dialogue.envelope();
      if (said === WORDS.goAhead && envelope !== undefined) this.#beginLetter(envelope);
    });
  }

  #beginLetter(envelope: SmtpEnvelope): void {
    const stream = this._parser;
    if (!(stream instanceof LineStream)) return;
    const { session } = this.#dialogue;
    const { lineEndings } = session;
    const { limits, clock } = this.#options;
    const reader = new DotReader(lineEndings);
    let isFirst = true;
    const letter = new LetterPhase({
      intake: session.receive(envelope),
      reader,
      isStrict: lineEndings === 'refused',
      limits,
      fault: (cause) => this.#fault(cause),
      pace: (octets) => {
        if (!this.#staging.isAtWork) return undefined;
        const about = isFirst ? envelope : undefined;
        isFirst = false;
        return this.#staging.body(octets, about);
      },
      overflow: (refusal) => {
        this.#say(refusal);
        this.close();
      },
      conclude: (finish) => this.#concludeLetter(envelope, stream, finish),
    });
    this.#letter = letter;
    this.#letterSince = clock.monotonic();
    stream.readLetter(reader, letter);
  }

  async #concludeLetter(envelope: SmtpEnvelope, stream: LineStream, finish: () => Promise<readonly Reply[]>): Promise<void> {
    this.#patience.rest();
    this.#overhearing?.content(this.#letter?.octets ?? 0);
    let replies: readonly Reply[] = [];
    const said = await this.#staging.play('data-end', envelope, async () => {
      replies = await finish();
      return replies[0] ?? WORDS.noReply;
    });
    if (said !== replies[0]) {
      // A rule spoke instead; nothing was stored unless it let `finish` run.
      this.#letter?.abandon();
      replies = [said];
    }
    if (stream.isAhead) this.#letter?.heard();
    else if (this._closed) this.#letter?.unheard();
    else this.#answered = this.#letter;
    this.#letter = undefined;
    this.#dialogue.concluded();
    // RFC 2033 §4.2: one reply for each recipient that was accepted.
    const isEach = this.#options.protocol === 'lmtp' && said !== UNSAID;
    const all = isEach && replies.length === 1 ? envelope.recipients.map(() => said) : replies;
    for (const one of all) this.#say(one);
    if (all.some(isPositive)) this.#conduct.letter();
    if (this.#isLeaving) this.#say(WORDS.closing);
  }

  #startTls(text: string, done: () => void): void {
    const { tls } = this.#options;
    const play = (): Answer => this.#staging.play('starttls', {}, () => WORDS.startTls);
    const answer = text.length > 8 ? WORDS.badArguments
      : tls === undefined ? WORDS.notImplemented
        : this.#client.tls !== undefined ? WORDS.alreadyTls : play();
    const go = (said: Reply): void => {
      this.#say(said);
      // RFC 3207 §4.2, §5: what was sent ahead in clear text goes with the old parser.
      if (said === WORDS.startTls && !this._closing && !this._closed) this.upgrade(done);
      else done();
    };
    if (answer instanceof Promise) void answer.then(go);
    else go(answer);
  }

  #auth(text: string, done: () => void): void {
    const known = this.#dialogue.session.authentication();
    const asked = readAuth(text);
    if (known === 'never') return this.#respond(WORDS.notImplemented, done);
    if (known === 'after-tls') return this.#respond(WORDS.authNeedsTls, done);
    // RFC 4954 §4: once a connection, and never within a transaction.
    if (known === 'done' || this.#dialogue.isInTransaction) return this.#respond(WORDS.authNotNow, done);
    if (asked === undefined) return this.#respond(WORDS.badArguments, done);
    const sasl = known.begin(asked.mechanism);
    if (sasl === undefined) return this.#respond(WORDS.unknownMechanism, done);
    const played = this.#staging.play('auth', {}, () => WORDS.goAhead);
    const go = (said: Reply): void => {
      if (said === WORDS.goAhead) void this.#exchange(beginExchange(sasl, asked.initial), sasl, done);
      else this.#respond(said, done);
    };
    if (played instanceof Promise) void played.then(go);
    else go(played);
    return undefined;
  }

  async #exchange(step: Promise<AuthOutcome>, sasl: SaslServer, done: () => void): Promise<void> {
    const outcome = await step.catch((cause: unknown): AuthOutcome => ({ reply: this.#fault(cause), isFailure: false }));
    if (outcome.account !== undefined) {
      const known = this.#dialogue.session.authentication();
      if (typeof known === 'object') known.welcome(outcome.account);
    }
    if (outcome.reply.code === 334) {
      this._nextHandler = (line, next) => void this.#exchange(continueExchange(sasl, line), sasl, next);
    }
    this.#say(outcome.reply);
    if (outcome.isFailure && this.#conduct.failedLogin()) this.#say(WORDS.tooManyAuth);
    done();
  }

  #overlong(next: () => void): void {
    this.#patience.rest();
    // RFC 4954 §4: an exchange that gets too long is over.
    const said = this._nextHandler === false ? WORDS.lineTooLong : WORDS.exchangeTooLong;
    this._nextHandler = false;
    this.#respond(said, next);
  }

  #bareLf(next: () => void): boolean {
    if (this.#dialogue.session.lineEndings === 'normalised' || this._upgrading) return true;
    this.#patience.rest();
    // RFC 5321 §2.3.8.
    this.#respond(WORDS.bareLf, next);
    return false;
  }

  // Saying things, and waiting.

  #respond(answer: Answer, done: () => void): void {
    if (answer instanceof Promise) {
      void answer.catch((cause: unknown) => this.#fault(cause)).then((said) => {
        this.#say(said);
        done();
      });
      return;
    }
    this.#say(answer);
    done();
  }

  #say(said: Reply): void {
    if (said === UNSAID || this.#isDead || this._closing || this._closed) return;
    const text = formatReply(said);
    this.#replies += text;
    this.#overhearing?.replies(text);
    if (said.code === 421) {
      this.close();
      return;
    }
    if (WORDS.isBad(said) && this.#conduct.bad()) this.#say(WORDS.tooManyBad);
    if (this.#replies.length > REPLIES_OCTETS_MAX) this.#flush();
  }

  /** One write for all that waits. */
  #flush(): void {
    if (this.#replies === '' || this._upgrading || this.#isDead) return;
    const replies = this.#replies;
    this.#replies = '';
    if (this._socket.writable && !this._socket.destroyed) this._socket.write(replies);
  }

  /** All that came has been answered. */
  #idle(): void {
    if (this.#isDead || this._closing || this._closed) return;
    if (this.#isLeaving && this.#letter === undefined) this.#say(WORDS.closing);
    this.#flush();
    const { limits, clock } = this.#options;
    if (this.#letter === undefined) {
      // Half a command is no progress: its time runs from the last reply.
      if (this.#patience.isResting) this.#expect(this.#client.helo === '' ? limits.greetingMs : limits.commandMs);
      return;
    }
    // A letter may be slow, but not for ever: its time is bounded by what has come of it.
    const whole = this.#letterSince + limits.dataGraceMs + (this.#letter.octets / limits.dataRateMin) * 1000;
    this.#patience.expectBy(Math.min(clock.monotonic() + limits.dataMs, whole));
  }

  #expect(ms: Milliseconds): void {
    const { limits, clock } = this.#options;
    this.#patience.expectBy(Math.min(clock.monotonic() + ms, this.#since + limits.sessionMs));
  }

  #lose(): void {
    if (this._upgrading) this._onError(new Error('TLS handshake took too long'));
    else this.#say(this.#letter === undefined ? WORDS.timeout : WORDS.tooSlow);
  }

  /** The edge of the session: faults are temporary, bugs end it loudly. */
  #fault(cause: unknown): Reply {
    return replyToFault(cause, this.#options.log.child({ session: this.id, listener: this.#options.name }));
  }

  #cut(how: 'close' | 'reset' | 'half-open'): void {
    this.#flush();
    this.#isDead = true;
    this.#patience.end();
    if (how === 'half-open') return;
    if (how === 'reset' && 'resetAndDestroy' in this.#connection && typeof this.#connection.resetAndDestroy === 'function') {
      this.#connection.resetAndDestroy();
      return;
    }
    this._socket.destroy();
    this.#connection.destroy();
  }
}

/** smtp-server uses of a socket only what any stream has; the rest is overridden above. */
function isSocket(connection: Connection): connection is Connection & Socket {
  return typeof connection.pipe === 'function';
}

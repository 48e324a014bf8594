/**
 * One client's connection: moves bytes between the wire and its session, begins TLS, and
 * catches what goes wrong, once.
 *
 * RFC 9051 §5.4 (autologout), §6.2.1 (STARTTLS), §7.1.5 (BYE).
 */
import { mayExpungeDuring } from '@posthorn/imap/session-view.ts';
import type { Command } from '@posthorn/imap/command.ts';
import { tagged, untagged } from '@posthorn/imap/response.ts';
import { StoreFault } from '@posthorn/store/store.ts';
import { type Connection, NetFault } from '@posthorn/world/net.ts';
import { type TlsServerOptions, startTlsServer } from '@posthorn/world/tls.ts';
import { capabilityCode } from './capabilities.ts';
import { compressed } from './compressed.ts';
import { Farewell } from './farewell.ts';
import { LetterCut } from './letter-cut.ts';
import { obey } from './obey.ts';
import { Outlet, PeerGone } from './outlet.ts';
import { type Heard, Peer } from './peer.ts';
import { type Reply, bad, no, ok } from './reply.ts';
import { type Services, Session } from './session.ts';

export interface ConnectionOptions extends Services {
  readonly tls?: () => Pick<TlsServerOptions, 'context' | 'contextFor'>;
  readonly isImplicitTls: boolean;
}

export class ImapConnection {
  readonly #options: ConnectionOptions;
  readonly #session: Session;
  #connection: Connection;
  #out: Outlet;
  #peer: Peer;
  #badInARow = 0;
  #commandsBeforeLogin = 0;
  /** Calls off a TLS handshake. */
  readonly #cut = new AbortController();

  constructor(connection: Connection, options: ConnectionOptions) {
    this.#options = options;
    this.#connection = connection;
    this.#out = this.#newOutlet();
    this.#peer = this.#newPeer();
    this.#session = new Session(options, {
      remoteAddress: connection.remoteAddress,
      isSecure: false,
      canStartTls: options.tls !== undefined && !options.isImplicitTls,
      isCompressed: false,
    });
  }

  /** From greeting to end; never throws. */
  async serve(): Promise<void> {
    try {
      if (this.#options.isImplicitTls) {
        this.#peer.release();
        await this.#beginTls();
      }
      this.#out.write(untagged(ok('Posthorn is ready', capabilityCode(this.#session))));
      await this.#converse();
      await this.#out.flush();
    } catch (fault) {
      await this.#mourn(fault);
    } finally {
      this.#session.leave();
      await this.#hangUp();
    }
  }

  /** Too many are here already. */
  async turnAway(): Promise<void> {
    this.#options.log.warn({}, 'imap connection turned away');
    try {
      // Before a TLS handshake there is no way to say why.
      if (!this.#options.isImplicitTls) await this.#bye('Too many connections; try again later', 'UNAVAILABLE');
    } catch (fault) {
      if (!(fault instanceof PeerGone)) throw fault;
    } finally {
      await this.#hangUp();
    }
  }

  /** The server closes: say BYE when the command under way is done. */
  retire(): void {
    this.#session.retire();
    this.#peer.wake();
  }

  cut(): void {
    this.#cut.abort();
    this.#connection.destroy();
  }

  async #converse(): Promise<void> {
    const { limits } = this.#options;
    while (this.#session.state.kind !== 'logout') {
      if (this.#session.isRetiring) return this.#bye('The server is shutting down', 'UNAVAILABLE');
      const isKnown = this.#session.state.kind !== 'not-authenticated';
      if (!isKnown && this.#commandsBeforeLogin >= limits.commandsBeforeLoginMax) return this.#bye('Too many commands without a login');
      if (this.#badInARow >= limits.badCommandsMax) return this.#bye('Too many commands that make no sense');
      if (this.#session.loginFailures >= limits.loginFailuresMax) return this.#bye('Too many failed logins');
      const heard = await this.#peer.hear(isKnown ? limits.autologoutMs : limits.loginMs);
      if (!isKnown) this.#commandsBeforeLogin += 1;
      await this.#take(heard);
    }
    return undefined;
  }

  async #take(heard: Heard): Promise<void> {
    switch (heard.kind) {
      case 'command':
      case 'append':
        return this.#obey(heard.tag, heard.command);
      case 'bad':
        this.#badInARow += 1;
        this.#out.write(tagged(heard.tag, bad(heard.text)));
        return undefined;
      case 'bad-charset':
        // RFC 9051 §6.4.4: the charsets that would do.
        this.#out.write(tagged(heard.tag, no('BADCHARSET (US-ASCII UTF-8)', 'That charset is not known here')));
        return undefined;
      case 'woken': return undefined;
      case 'line':
      case 'append-step':
      case 'literal':
      case 'literal-end': throw new Error(`a ${heard.kind} that nobody asked for`);
      default: return heard satisfies never;
    }
  }

  async #obey(tag: string, command: Command): Promise<void> {
    if (command.name === 'STARTTLS' && this.#session.wire.canStartTls && this.#session.state.kind === 'not-authenticated') {
      return this.#startTls(tag);
    }
    if (command.name === 'COMPRESS' && command.algorithm === 'DEFLATE' && !this.#session.wire.isCompressed && this.#session.state.kind !== 'not-authenticated') {
      return this.#compress(tag);
    }
    const reply = await this.#answer(tag, command);
    // A command in the wrong state makes no more sense than one that cannot be read.
    this.#badInARow = reply.condition === 'BAD' ? this.#badInARow + 1 : 0;
    this.#out.write(tagged(tag, reply));
    return this.#out.room();
  }

  async #answer(tag: string, command: Command): Promise<Reply> {
    try {
      const reply = await obey({ tag, session: this.#session, out: this.#out, peer: this.#peer }, command);
      const { state } = this.#session;
      if (state.kind === 'selected') {
        await state.selected.look();
        state.selected.tell(this.#out, { mayExpunge: mayExpungeDuring(command), dialect: this.#session.dialect });
      }
      return reply;
    } catch (fault) {
      if (!(fault instanceof StoreFault)) throw fault;
      this.#options.log.error({ err: fault, command: command.name }, 'imap command failed');
      return no('UNAVAILABLE', 'That cannot be done at the moment; try again later');
    }
  }

  /** RFC 4978 §3: from the line after the answer on, either way. A client waits for that answer, so nothing is lost. */
  async #compress(tag: string): Promise<void> {
    this.#peer.release();
    this.#out.write(tagged(tag, ok('Compressing from here on')));
    await this.#out.flush();
    this.#connection = compressed(this.#connection);
    this.#out = this.#newOutlet();
    this.#peer = this.#newPeer();
    this.#peer.trust();
    this.#peer.speak(this.#session.dialect);
    this.#session.compress();
    if (this.#session.isRetiring) this.#peer.wake();
  }

  async #startTls(tag: string): Promise<void> {
    // RFC 9051 §6.2.1: what was sent after STARTTLS in clear is not obeyed; it could be anybody's.
    this.#peer.forget();
    this.#peer.release();
    this.#out.write(tagged(tag, ok('Begin TLS now')));
    await this.#out.flush();
    await this.#beginTls();
  }

  async #beginTls(): Promise<void> {
    const { tls, clock, limits } = this.#options;
    if (tls === undefined) throw new Error('TLS without a context');
    const timer = clock.deadline(limits.loginMs, () => { this.#cut.abort(); });
    try {
      this.#connection = await startTlsServer(this.#connection, { ...tls(), signal: this.#cut.signal });
    } finally {
      timer.cancel();
    }
    this.#out = this.#newOutlet();
    this.#peer = this.#newPeer();
    this.#session.secure();
    if (this.#session.isRetiring) this.#peer.wake();
  }

  #newOutlet(): Outlet {
    return new Outlet(this.#connection, { clock: this.#options.clock, stallMs: this.#options.limits.stallMs });
  }

  #newPeer(): Peer {
    return new Peer(this.#connection, { out: this.#out, clock: this.#options.clock });
  }

  async #bye(text: string, code?: string): Promise<void> {
    this.#out.write(untagged({ condition: 'BYE', text, ...(code === undefined ? {} : { code }) }));
    await this.#out.flush();
  }

  /** What ended the session before its time. */
  async #mourn(fault: unknown): Promise<void> {
    const { log } = this.#options;
    try {
      if (fault instanceof PeerGone) log.debug({ reason: fault.message }, 'imap peer gone');
      else if (fault instanceof NetFault) log.info({ err: fault }, 'imap tls failed');
      else if (fault instanceof Farewell) await this.#bye(fault.message);
      else if (fault instanceof LetterCut) {
        log.error({ err: fault }, 'letter could not be read to its end');
        this.#connection.destroy();
      } else {
        log.error({ err: fault }, 'imap session ended by a bug');
        await this.#bye('Something is wrong here; it has been noted', 'SERVERBUG');
      }
    } catch (another) {
      if (!(another instanceof PeerGone)) log.error({ err: another }, 'imap session ended badly');
    }
  }

  /** Ends in order, and waits for the peer to do so too, but not for ever. */
  async #hangUp(): Promise<void> {
    this.#peer.release();
    const connection = this.#connection;
    if (connection.destroyed) return;
    const timer = this.#options.clock.deadline(this.#options.limits.lingerMs, () => { connection.destroy(); });
    await new Promise<void>((resolve) => {
      connection.once('close', resolve);
      connection.end();
      // Whatever still comes is read and dropped, or the peer would see a reset before our BYE.
      connection.resume();
    });
    timer.cancel();
  }
}

/**
 * A mail host: opened from a configuration, reloaded, closed.
 *
 * `serve`, `dev` and the test kit open the same one; they differ in configuration and world only.
 */
import { join } from 'node:path';
import type { Endpoint } from '@posthorn/world/net.ts';
import type { Carrier, MoreRoutes } from '@posthorn/httpd/options.ts';
import type { SubmitPort } from '@posthorn/httpd/ports.ts';
import { Retries } from '@posthorn/smtpd/retries.ts';
import { type Certificates, openCertificates } from './certificates.ts';
import type { Config, ListenerConfig } from './config/config.ts';
import type { ReadAnswer } from './config/read.ts';
import { openCore } from './core.ts';
import type { Core } from './core.ts';
import { openDoor } from './doors.ts';
import type { Door } from './doors.ts';
import type { Api, DeskRequest } from './desk.ts';
import { openPost } from './post.ts';
import type { Post } from './post.ts';
import type { Bound, Parts, ReloadAnswer } from './parts.ts';
import { listenFault } from './listen-fault.ts';
import { createSessions } from './sessions.ts';
import { createSubmit } from './submit.ts';
import { Sweeper } from './sweeper.ts';
import type { World } from './world.ts';

export interface HostOptions {
  readonly config: Config;
  readonly world: World;
  /** Reads the configuration again for a reload; absent where it came from no file. */
  readonly readAgain?: () => ReadAnswer;
  /** In place of those that the configuration asks for; `none`: TLS is not offered. For tests. */
  readonly certificates?: Certificates | 'none';
  /** Where every domain is ours: but for these. For tests. */
  readonly isElsewhere?: (domain: string) => boolean;
  /** More of the API, for who holds the host in its process. */
  readonly routes?: MoreRoutes;
}

export interface Host {
  readonly bound: readonly Bound[];
  /** The books and the directory, for who holds the host in the same process. */
  readonly core: Core;
  readonly queue: Post['queue'];
  /** Takes a letter in as from somebody who may send as anyone. */
  readonly submit: SubmitPort;
  /** Takes the configuration up again; a faulty one changes nothing. */
  reload(): Promise<ReloadAnswer>;
  /** Lets sessions end in order; nothing acknowledged is lost. */
  close(): Promise<void>;
}

/** Of an HTTP request from a stranger. */
const REQUEST_MS_MAX = 300_000;

/** Throws `ListenFault` when a listener cannot be had, `StoreLocked` when another process has the store. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { config, world } = options;
  const core = await openCore(config, world, options.isElsewhere);
  try {
    const retries = new Retries({ ...world, store: core.store });
    if (config.isRetryCollapsed) await retries.load();
    const sweeper = new Sweeper({ ...world, store: core.store }, config.retention?.mailboxes ?? []);
    const certificates = options.certificates === 'none' ? undefined : options.certificates ?? openCertificates(config, world.clock.now());
    const host = new OpenHost(options, { core, certificates, post: openPost(config, world, core), retries, sweeper });
    await host.open();
    return host;
  } catch (error) {
    await core.store.close();
    throw error;
  }
}

class OpenHost implements Host {
  readonly bound: Bound[] = [];
  readonly submit: SubmitPort;
  readonly #options: HostOptions;
  readonly #parts: Parts;
  readonly #doors: Door[] = [];
  #config: Config;
  #sessions: ReturnType<typeof createSessions>;
  /** One reload at a time, and none while it closes. */
  #reloading: Promise<unknown> = Promise.resolve();
  #isClosing = false;

  constructor(options: HostOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#config = options.config;
    this.#sessions = createSessions(options.config, options.world, parts);
    this.submit = createSubmit(() => this.#sessions.control, options.world.random);
  }

  /** Opens every listener and the control socket, or none. */
  async open(): Promise<void> {
    const { config, world } = this.#options;
    if (config.tls === undefined && config.domains !== 'any') world.log.warn({ hostname: config.hostname }, 'certificate is self-signed: set [tls] before others rely on it');
    try {
      for (const listener of config.listeners) {
        this.bound.push({ protocol: listener.protocol, endpoint: await this.#open(listener, 'listener') });
      }
      await this.#openControl();
    } catch (error) {
      await Promise.all(this.#doors.map((door) => door.close()));
      await this.#parts.post.close();
      throw error;
    }
    this.#parts.post.start();
    // What is in memory is gone before it is old, unless somebody moves the clock to see just that.
    if (config.data !== ':memory:' || config.retention !== undefined) this.#parts.sweeper.start();
  }

  get core(): Core {
    return this.#parts.core;
  }

  get queue(): Post['queue'] {
    return this.#parts.post.queue;
  }

  reload(): Promise<ReloadAnswer> {
    const answer = this.#reloading.then(() => this.#reload());
    this.#reloading = answer.catch(() => {});
    return answer;
  }

  async #reload(): Promise<ReloadAnswer> {
    const { readAgain, world } = this.#options;
    if (readAgain === undefined || this.#isClosing) return { kind: 'reloaded' };
    const answer = readAgain();
    const problems = answer.kind === 'faulty' ? answer.problems.map(({ line, what }) => (line === 0 ? what : `line ${line}: ${what}`)) : needingRestart(this.#config, answer.config);
    if (answer.kind === 'faulty' || problems.length > 0) return this.#refuse(problems);
    const { config } = answer;
    const { core, certificates, post } = this.#parts;
    try {
      certificates?.reload(config);
    } catch (error) {
      // Replaced by another program since it was checked.
      return this.#refuse([`the certificate and key cannot be used (${error instanceof Error ? error.message : String(error)})`]);
    }
    core.relist(config);
    await post.reload(config);
    this.#config = config;
    this.#sessions = createSessions(config, world, this.#parts);
    world.log.info({}, 'configuration taken up');
    return { kind: 'reloaded' };
  }

  #refuse(problems: readonly string[]): ReloadAnswer {
    this.#options.world.log.error({ problems }, 'configuration not taken up');
    return { kind: 'faulty', problems };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#reloading;
    await Promise.all(this.#doors.map((door) => door.close()));
    await this.#parts.post.close();
    await this.#parts.sweeper.close();
    if (this.#config.isRetryCollapsed) await this.#settleRetries();
    await this.#parts.core.store.close();
  }

  /** Without it the next start only remembers more letters than it needs to. */
  async #settleRetries(): Promise<void> {
    try {
      await this.#parts.retries.settle();
    } catch (cause) {
      this.#options.world.log.warn({ cause }, 'it could not be written which letters were heard of');
    }
  }

  /** The control socket: the same API, for whoever may open the data folder. */
  async #openControl(): Promise<void> {
    const { data } = this.#options.config;
    if (data === ':memory:') return;
    await this.#open({ protocol: 'http', endpoint: { path: join(data, 'control.sock') }, from: 'data' }, 'control');
  }

  /** Gives the endpoint with its real port. */
  async #open(listener: ListenerConfig, where: DeskRequest['where']): Promise<Endpoint> {
    const { config, world } = this.#options;
    try {
      const { door, endpoint } = await openDoor({
        listener, config, world, parts: this.#parts, sessions: () => this.#sessions, api: (carrier) => this.#openApi(where, carrier),
        // Whoever may use the control socket may take its time: a mailbox that comes in takes long.
        requestMs: where === 'control' || config.domains === 'any' ? 0 : REQUEST_MS_MAX,
      });
      this.#doors.push(door);
      return endpoint;
    } catch (error) {
      throw listenFault(listener, error);
    }
  }

  async #openApi(where: DeskRequest['where'], carrier: Carrier): Promise<Api> {
    const { openApi } = await import('./desk.ts');
    return openApi({
      carrier,
      where,
      config: this.#options.config,
      world: this.#options.world,
      parts: this.#parts,
      bound: this.bound,
      submit: this.submit,
      more: this.#options.routes,
      reload: this.#options.readAgain === undefined ? undefined : () => this.reload(),
    });
  }
}

/** What a running host cannot change, said as a problem each. */
function needingRestart(now: Config, next: Config): readonly string[] {
  const fixed = (['hostname', 'data', 'listeners', 'dnsServers', 'messageOctetsMax', 'httpToken', 'retention'] as const)
    .filter((key) => JSON.stringify(now[key]) !== JSON.stringify(next[key]));
  return fixed.map((key) => `${NAMES[key]} takes effect at a restart only; nothing was changed`);
}

const NAMES = {
  hostname: 'hostname', data: 'data', listeners: '[[listener]]', dnsServers: '[dns] servers', messageOctetsMax: '[limits] message', httpToken: '[http] token', retention: '[retention]',
} as const;

/**
 * Everything the API is made of.
 */
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import type { Administration } from '@posthorn/directory/administration.ts';
import type { Directory } from '@posthorn/directory/directory.ts';
import type { Care, Store } from '@posthorn/store/store.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { Egress } from '@posthorn/world/egress.ts';
import type { FaultList } from '@posthorn/world/fault-list.ts';
import type { Log } from '@posthorn/world/log.ts';
import type { Random } from '@posthorn/world/random.ts';
import type { AccessOptions } from './access.ts';
import type { HomePage } from './home-page.ts';
import type { MetricSource } from './metrics.ts';
import type { ConfigPort, DkimPort, MovingPort, QueuePort, SubmitPort } from './ports.ts';

/** A server that listens already, and hands on what it is asked. */
export interface Carrier {
  readonly server: FastifyInstance['server'];
  answer(handler: Parameters<FastifyServerFactory>[0]): void;
}

export type MoreRoutes = (app: FastifyInstance) => void;

export interface ApiOptions extends AccessOptions {
  readonly store: Pick<Store, 'check' | 'contents' | 'kept' | 'letters' | 'mailboxes' | 'messages' | 'watch'> & { readonly ledger: Pick<Store['ledger'], 'ofLetter' | 'find'> };
  readonly administration: Administration;
  readonly login: Directory['login'];
  readonly isOurDomain: (domain: string) => boolean;
  readonly queue: QueuePort;
  readonly dkim: DkimPort;
  /** Absent where no letter can be sent: without a running server. */
  readonly submit?: SubmitPort;
  /** Absent where there are no books as a whole, as in tests. */
  readonly care?: Care;
  /** Absent where no mail is moved in or out, as in tests. */
  readonly moving?: MovingPort;
  /** Absent where there is nothing to reload. */
  readonly config?: ConfigPort;
  readonly metrics: readonly MetricSource[];
  /** The way out, for pictures and links of letters. */
  readonly egress: Egress;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of a letter sent through the API. */
  readonly messageOctetsMax: number;
  /** Asked for each visit: ports are known only when everything listens. */
  readonly home: () => HomePage;
  readonly version: string;
  /** What Mailpit's clients ask for is answered: in `dev`. */
  readonly isMailpit?: boolean;
  /** What goes wrong on purpose, where a person may say so. */
  readonly faults?: FaultList;
  /** The folder of the web page, built if need be; absent where there is only the first page. */
  readonly web?: () => Promise<string>;
  /** Absent: the application has a server of its own. */
  readonly carrier?: Carrier;
  /** Routes of who holds the host in its process, described like ours. */
  readonly more?: MoreRoutes;
}

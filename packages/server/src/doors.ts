/**
 * Opens one listener: the right server for its protocol, on its endpoint.
 */
import type { SecureContext } from 'node:tls';
import type { Api } from './desk.ts';
import type { Carrier } from '@posthorn/httpd/options.ts';
import { createImapServer } from '@posthorn/imapd/server.ts';
import { createReceiver } from '@posthorn/smtpd/receiver.ts';
import type { OpenSession } from '@posthorn/smtpd/session.ts';
import type { FaultyCertificate } from '@posthorn/world/fault.ts';
import type { Endpoint, Listening } from '@posthorn/world/net.ts';
import type { Config, ListenerConfig } from './config/config.ts';
import { openHttpDoor } from './http-door.ts';
import type { Parts } from './parts.ts';
import type { Sessions } from './sessions.ts';
import type { World } from './world.ts';

export interface Door {
  close(): Promise<void>;
}

export interface DoorRequest {
  readonly listener: ListenerConfig;
  readonly config: Config;
  readonly world: World;
  readonly parts: Parts;
  /** Those of the configuration of the moment. */
  readonly sessions: () => Sessions;
  readonly api: (carrier: Carrier) => Promise<Api>;
  /** How long an HTTP request may take to come in; 0: as long as it likes. */
  readonly requestMs: number;
}

interface OpenedDoor {
  readonly door: Door;
  /** With its real port. */
  readonly endpoint: Endpoint;
}

/** Throws `NetFault` when the endpoint cannot be had. */
export async function openDoor(request: DoorRequest): Promise<OpenedDoor> {
  const { listener: { protocol, endpoint }, sessions } = request;
  switch (protocol) {
    case 'smtp': return listen(receiver(request, (client) => sessions().mx(client)), endpoint);
    case 'submission':
    case 'submissions': return listen(receiver(request, (client) => sessions().submission(client)), endpoint);
    case 'lmtp': return listen(receiver(request, (client) => sessions().lmtp(client)), endpoint);
    case 'imap':
    case 'imaps': return listen(imapServer(request), endpoint);
    case 'http': {
      const door = await openHttpDoor({ at: endpoint, makeApi: request.api, log: request.world.log, requestMs: request.requestMs });
      return { endpoint: door.endpoint, door };
    }
    default: return protocol satisfies never;
  }
}

interface Server extends Door {
  listen(at: Endpoint): Promise<Listening>;
}

async function listen(server: Server, at: Endpoint): Promise<OpenedDoor> {
  const { endpoint } = await server.listen(at);
  return { endpoint, door: server };
}

function receiver({ listener: { protocol }, config, world, parts }: DoorRequest, sessions: OpenSession): Server {
  return createReceiver({
    ...world,
    name: protocol,
    protocol: protocol === 'lmtp' ? 'lmtp' : 'smtp',
    hostname: config.hostname,
    sessions,
    ...tlsOf(parts),
    isImplicitTls: protocol === 'submissions',
    limits: { messageOctetsMax: config.messageOctetsMax },
  });
}

function imapServer({ listener: { protocol }, config, world, parts }: DoorRequest): Server {
  const isDev = config.domains === 'any';
  return createImapServer({
    ...world,
    store: parts.core.store,
    directory: parts.core.directory,
    ...tlsOf(parts),
    isImplicitTls: protocol === 'imaps',
    isClearLoginAllowed: isDev,
    isScramOffered: !isDev,
    limits: { messageOctetsMax: config.messageOctetsMax },
  });
}

function tlsOf({ certificates }: Parts): { readonly tls?: (faulty?: FaultyCertificate) => { readonly context: SecureContext } } {
  return certificates === undefined ? {} : { tls: (faulty) => ({ context: certificates.context(faulty) }) };
}

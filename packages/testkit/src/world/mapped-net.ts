/**
 * Hosts with made-up IP addresses on the real loopback network: each port is mapped to a free one.
 *
 * So there is a port 25 at every host without a root, and a program outside can be told where
 * it really is. Who connects through this is known by its made-up address; who comes from
 * outside is 127.0.0.1.
 */
import { asConnection } from '@posthorn/world/connection.ts';
import { canonicalIp } from '@posthorn/world/ip.ts';
import { type Connection, type Endpoint, type Net, NetFault } from '@posthorn/world/net.ts';
import { nodeNet } from '@posthorn/world/node/net.ts';
import { settle } from '@posthorn/world/sim/clock.ts';

type Place = Extract<Endpoint, { readonly host: string }>;

const LOOPBACK = '127.0.0.1';
/** Rounds of the event loop until a connection that was accepted has been announced by its maker. */
const ANNOUNCED_ROUNDS = 3;

export class MappedNet {
  readonly #hosts = new Set<string>();
  readonly #ports = new Map<string, number>();
  /** Made-up addresses of those who connect, by their real port. */
  readonly #callers = new Map<number, string>();

  /** The network as the host with these addresses sees it. */
  host(...addresses: readonly [string, ...string[]]): Net {
    for (const one of addresses) this.#hosts.add(one);
    const [address] = addresses;
    return {
      connect: (target, options) => this.#connect(address, target, options),
      listen: (at, accept) => this.#listen(placeOf(at), accept),
    };
  }

  /** Where it really listens; undefined if nobody does. */
  realPlace(host: string, port: number): Place | undefined {
    const real = this.#ports.get(`${host} ${port}`);
    return real === undefined ? undefined : { host: LOOPBACK, port: real };
  }

  async #listen(at: Place, accept: (connection: Connection) => void): Promise<{ readonly endpoint: Place; close(): Promise<void> }> {
    const key = `${at.host} ${at.port}`;
    if (this.#ports.has(key)) throw new NetFault('EADDRINUSE', `cannot listen on ${at.host} port ${at.port}: it is in use`);
    const listening = await nodeNet.listen({ host: LOOPBACK, port: 0 }, (connection) => {
      void this.#callerOf(connection).then((remoteAddress) => {
        accept(asConnection(connection, { remoteAddress, remotePort: connection.remotePort, localAddress: at.host, localPort: at.port }));
      });
    });
    this.#ports.set(key, placeOf(listening.endpoint).port);
    return {
      endpoint: at,
      close: async () => {
        this.#ports.delete(key);
        await listening.close();
      },
    };
  }

  async #callerOf({ remotePort, remoteAddress }: Connection): Promise<string> {
    for (let round = 0; round < ANNOUNCED_ROUNDS && !this.#callers.has(remotePort); round += 1) await settle(1);
    return this.#callers.get(remotePort) ?? remoteAddress;
  }

  async #connect(from: string, target: Endpoint, options: Parameters<Net['connect']>[1]): Promise<Connection> {
    const { host, port } = placeOf(target);
    const real = this.realPlace(canonicalIp(host) ?? host, port);
    if (real === undefined) {
      const isThere = this.#hosts.has(host);
      throw new NetFault(isThere ? 'ECONNREFUSED' : 'EHOSTUNREACH', `cannot connect to ${host} port ${port}: ${isThere ? 'nobody listens' : 'no such host'}`);
    }
    const connection = await nodeNet.connect(real, options);
    const { localPort } = connection;
    this.#callers.set(localPort, from);
    connection.once('close', () => this.#callers.delete(localPort));
    return asConnection(connection, { remoteAddress: host, remotePort: port, localAddress: from, localPort });
  }
}

function placeOf(endpoint: Endpoint): Place {
  if ('path' in endpoint) throw new NetFault('EINVAL', 'hosts of a made-up network have no unix sockets');
  return endpoint;
}

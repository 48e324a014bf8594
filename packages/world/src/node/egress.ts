/**
 * The way out, over real sockets: the address is looked up once, judged, and connected to as it
 * was judged, so that a name cannot mean one host when looked at and another when used.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Egress, EgressAnswer, EgressRequest } from '../egress.ts';
import { parseIp } from '../ip.ts';
import { isPublicIp } from '../public-ip.ts';
import type { Resolver } from '../resolver.ts';

const REDIRECTS_MAX = 5;
const PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443']);
const URL_CHARS_MAX = 4096;

export interface EgressOptions {
  readonly resolver: Pick<Resolver, 'a' | 'aaaa'>;
  /** For tests: what may be connected to besides public addresses. */
  readonly isAllowed?: (ip: string, port: number) => boolean;
}

type Step = EgressAnswer | { readonly kind: 'redirected'; readonly to: string };

export function createEgress({ resolver, isAllowed = (ip, port) => isPublicIp(ip) && PORTS.has(String(port)) }: EgressOptions): Egress {
  return {
    async fetch(request) {
      const signal = AbortSignal.timeout(request.msMax);
      let { url } = request;
      for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
        const step = await ask({ ...request, url }, { resolver, isAllowed, signal });
        if (step.kind !== 'redirected') return step;
        url = step.to;
      }
      return { kind: 'failed', why: `More than ${REDIRECTS_MAX} redirects.` };
    },
  };
}

interface Way extends Required<EgressOptions> {
  readonly signal: AbortSignal;
}

async function ask(request: EgressRequest, { resolver, isAllowed, signal }: Way): Promise<Step> {
  const url = request.url.length > URL_CHARS_MAX ? null : URL.parse(request.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return { kind: 'refused', why: 'Only http and https are asked.' };
  if (url.username !== '' || url.password !== '') return { kind: 'refused', why: 'It carries a user name.' };
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  try {
    const addresses = parseIp(host) === undefined ? await lookUp(resolver, host) : [host];
    if (addresses.length === 0) return { kind: 'failed', why: `There is no host ${host}.` };
    // One address that is none of theirs, and the name is not trusted with the others.
    if (!addresses.every((ip) => isAllowed(ip, port))) return { kind: 'refused', why: `${host} is not out in the world.` };
    const [ip = ''] = addresses;
    return await exchange(request, { url, ip, port, host, signal });
  } catch (error) {
    if (signal.aborted) return { kind: 'failed', why: 'It took too long.' };
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

async function lookUp(resolver: EgressOptions['resolver'], host: string): Promise<readonly string[]> {
  const answers = await Promise.all([resolver.a(host), resolver.aaaa(host)]);
  return answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
}

function exchange({ method, octetsMax }: EgressRequest, { url, ip, port, host, signal }: { readonly url: URL; readonly ip: string; readonly port: number; readonly host: string; readonly signal: AbortSignal }): Promise<Step> {
  const { promise, resolve, reject } = Promise.withResolvers<Step>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = send({
    host: ip, port, method, path: `${url.pathname}${url.search}`, signal, agent: false, ...(parseIp(host) === undefined ? { servername: host } : {}),
    headers: { host: url.host, accept: '*/*', 'user-agent': 'Mozilla/5.0 (compatible)', connection: 'close' },
  }, (incoming) => { take(incoming, { url, octetsMax }).then(resolve, reject); });
  outgoing.on('error', reject);
  outgoing.end();
  return promise;
}

async function take(incoming: IncomingMessage, { url, octetsMax }: { readonly url: URL; readonly octetsMax: number }): Promise<Step> {
  const status = incoming.statusCode ?? 0;
  const { location } = incoming.headers;
  if (status >= 300 && status < 400 && location !== undefined) {
    incoming.destroy();
    const to = URL.parse(location, url.href);
    return to === null ? { kind: 'failed', why: 'It redirects to what is no URL.' } : { kind: 'redirected', to: to.href };
  }
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a body that is not octets');
    octets += chunk.length;
    if (octets > octetsMax) {
      incoming.destroy();
      return { kind: 'failed', why: `It is larger than ${octetsMax} octets.` };
    }
    chunks.push(chunk);
  }
  return { kind: 'answered', status, type: incoming.headers['content-type'] ?? '', body: Buffer.concat(chunks), url: url.href };
}

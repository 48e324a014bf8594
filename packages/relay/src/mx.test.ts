import { describe, expect, it } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import type { Zone } from '@posthorn/world/zone.ts';
import { findHosts, type Route, type RouteQuestion } from './mx.ts';

function find(domain: string, zone: Zone, question: Partial<RouteQuestion> & { readonly failing?: string } = {}): Promise<Route> {
  const resolver = new SimResolver(zone);
  if (question.failing !== undefined) resolver.fail(question.failing);
  return findHosts(domain, {
    resolver, random: seededRandom(1), hostname: 'mx.ash.test', ownAddresses: ['192.0.2.1'], isLoopbackAllowed: false, ...question,
  });
}

const hosts = (route: Route): readonly string[] => (route.kind === 'hosts' ? route.hosts.map(({ host, address }) => `${host} ${address}`) : []);
const status = (route: Route): string => (route.kind === 'hosts' ? 'hosts' : `${route.kind} ${route.remark.status}`);

describe('Mail for a domain goes', () => {
  it('to its exchanges, the lowest preference first (RFC 5321 §5.1)', async () => {
    expect(hosts(await find('elm.test', {
      'elm.test': { mx: [{ preference: 20, exchange: 'b.elm.test' }, { preference: 10, exchange: 'A.elm.test' }, { preference: 30, exchange: 'c.elm.test' }] },
      'a.elm.test': { a: ['203.0.113.1'] },
      'b.elm.test': { a: ['203.0.113.2'] },
      'c.elm.test': { a: ['203.0.113.3'] },
    }))).toEqual(['a.elm.test 203.0.113.1', 'b.elm.test 203.0.113.2', 'c.elm.test 203.0.113.3']);
  });

  it('to exchanges of equal preference by turns of chance', async () => {
    const zone: Zone = {
      'elm.test': { mx: [{ preference: 10, exchange: 'a.elm.test' }, { preference: 10, exchange: 'b.elm.test' }] },
      'a.elm.test': { a: ['203.0.113.1'] },
      'b.elm.test': { a: ['203.0.113.2'] },
    };
    const random = seededRandom(7);
    const firsts = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) firsts.add(hosts(await find('elm.test', zone, { random }))[0]);
    expect(firsts.size).toBe(2);
  });

  it('to the domain itself where it has no exchange', async () => {
    expect(hosts(await find('elm.test', { 'elm.test': { a: ['203.0.113.1'] } }))).toEqual(['elm.test 203.0.113.1']);
  });

  it('to all addresses of an exchange, IPv6 and IPv4 by turns', async () => {
    expect(hosts(await find('elm.test', { 'elm.test': { a: ['203.0.113.1', '203.0.113.2'], aaaa: ['2001:db8::1'] } })))
      .toEqual(['elm.test 2001:db8::1', 'elm.test 203.0.113.1', 'elm.test 203.0.113.2']);
  });

  it('through a CNAME', async () => {
    expect(hosts(await find('elm.test', {
      'elm.test': { mx: [{ preference: 10, exchange: 'mail.elm.test' }] }, 'mail.elm.test': { cname: 'host.oak.test' }, 'host.oak.test': { a: ['203.0.113.9'] },
    }))).toEqual(['mail.elm.test 203.0.113.9']);
  });

  it('to an address literal, and nowhere else', async () => {
    expect(hosts(await find('[203.0.113.7]', {}))).toEqual(['203.0.113.7 203.0.113.7']);
    expect(hosts(await find('[IPv6:2001:db8::7]', {}))).toEqual(['2001:db8::7 2001:db8::7']);
    expect(status(await find('[192.0.2.1]', {}))).toBe('failed 5.4.6');
    expect(status(await find('[127.0.0.1]', {}))).toBe('failed 5.4.4');
  });

  it('past an exchange that DNS knows nothing of, or says nothing of', async () => {
    const zone: Zone = {
      'elm.test': { mx: [{ preference: 10, exchange: 'gone.elm.test' }, { preference: 15, exchange: 'slow.elm.test' }, { preference: 20, exchange: 'b.elm.test' }] },
      'b.elm.test': { a: ['203.0.113.2'] },
    };
    expect(hosts(await find('elm.test', zone, { failing: 'slow.elm.test' }))).toEqual(['b.elm.test 203.0.113.2']);
  });
});

describe('Mail for a domain goes nowhere', () => {
  it('if the domain does not exist', async () => {
    expect(status(await find('elm.test', {}))).toBe('failed 5.1.2');
  });

  it('if it says so by a null MX (RFC 7505 §3)', async () => {
    expect(status(await find('elm.test', { 'elm.test': { mx: [{ preference: 0, exchange: '' }], a: ['203.0.113.1'] } }))).toBe('failed 5.1.10');
  });

  it('if it has no exchange and no address', async () => {
    expect(status(await find('elm.test', { 'elm.test': { txt: ['v=spf1 -all'] } }))).toBe('failed 5.4.4');
  });

  it('if no exchange has an address', async () => {
    expect(status(await find('elm.test', { 'elm.test': { mx: [{ preference: 10, exchange: 'gone.elm.test' }] } }))).toBe('failed 5.4.4');
  });

  it.each(['127.0.0.1', '10.1.2.3', '192.168.0.1', '169.254.1.1', '0.0.0.0', '224.0.0.1', '::1', 'fe80::1', 'fd00::1', '::', '::ffff:127.0.0.1'])(
    'if all it has is %s', async (address) => {
      expect(status(await find('elm.test', { 'elm.test': address.includes(':') ? { aaaa: [address] } : { a: [address] } }))).toBe('failed 5.4.4');
    },
  );

  it('for now, while DNS is silent', async () => {
    expect(status(await find('elm.test', {}, { failing: 'elm.test' }))).toBe('deferred 4.4.3');
    expect(status(await find('elm.test', { 'elm.test': { mx: [{ preference: 1, exchange: 'a.elm.test' }] } }, { failing: 'a.elm.test' }))).toBe('deferred 4.4.3');
  });
});

describe('Mail never goes to ourselves', () => {
  const zone: Zone = {
    'elm.test': { mx: [{ preference: 10, exchange: 'a.elm.test' }, { preference: 20, exchange: 'mx.ash.test' }, { preference: 20, exchange: 'b.elm.test' }, { preference: 30, exchange: 'c.elm.test' }] },
    'a.elm.test': { a: ['203.0.113.1'] },
    'b.elm.test': { a: ['203.0.113.2'] },
    'c.elm.test': { a: ['203.0.113.3'] },
    'mx.ash.test': { a: ['198.51.100.1'] },
  };

  it('nor to hosts that are no better an exchange than we are', async () => {
    expect(hosts(await find('elm.test', zone))).toEqual(['a.elm.test 203.0.113.1']);
  });

  it('under another name', async () => {
    expect(hosts(await find('elm.test', zone, { hostname: 'other.test', ownAddresses: ['203.0.113.2'] }))).toEqual(['a.elm.test 203.0.113.1']);
  });

  it('even where we are the best, for it would go in a circle', async () => {
    expect(status(await find('elm.test', zone, { ownAddresses: ['203.0.113.1'] }))).toBe('failed 5.4.6');
    expect(status(await find('elm.test', { 'elm.test': { a: ['192.0.2.1'] } }))).toBe('failed 5.4.6');
  });
});

describe('In a laboratory', () => {
  it('hosts on loopback and private addresses are hosts like others', async () => {
    expect(hosts(await find('elm.test', { 'elm.test': { a: ['127.0.0.2', '10.0.0.1', '0.0.0.0'] } }, { isLoopbackAllowed: true })))
      .toEqual(['elm.test 127.0.0.2', 'elm.test 10.0.0.1']);
  });
});

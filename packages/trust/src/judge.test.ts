import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { dkimRecord, generateDkimKeys } from './dkim-keys.ts';
import { createInlineJudge } from './inline-judge.ts';
import type { JudgeRequest, Verdict } from './judge.ts';
import { sign, type SigningKey } from './signer.ts';

const LETTER = 'From: Ann <ann@ash.test>\r\nTo: eve@elm.test\r\nSubject: Tea\r\n\r\nTea at five?\r\n';
const AT = Date.UTC(2026, 0, 1);

let keys: readonly SigningKey[];

beforeAll(async () => {
  keys = await generateDkimKeys({ domain: 'ash.test', at: AT });
});

function zone(): SimResolver {
  const resolver = new SimResolver({
    'ash.test': { txt: ['other', 'v=spf1 ip4:192.0.2.1 mx -all'], mx: [{ preference: 1, exchange: 'mx.ash.test' }] },
    'mx.ash.test': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::2'], txt: ['v=spf1 a -all'] },
    '_dmarc.ash.test': { txt: ['v=DMARC1; p=reject; adkim=s'] },
    '192.0.2.1': { ptr: ['mx.ash.test'] },
    '2001:db8::2': { ptr: ['odd.ash.test', 'mx.ash.test'] },
    '192.0.2.66': { ptr: ['mx.ash.test'] },
  });
  for (const key of keys) {
    const { name, value } = dkimRecord(key);
    resolver.set(name, { txt: [value] });
  }
  return resolver;
}

async function* streamed(letter: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const octets = Buffer.from(letter);
  for (let start = 0; start < octets.length; start += size) yield octets.subarray(start, start + size);
}

async function signed(letter: string): Promise<string> {
  const fields = await sign({ keys, prefix: Buffer.alloc(0), content: streamed(letter), signedAt: AT / 1000 });
  return `${fields.toString()}${letter}`;
}

/** As others sign: with what we never write. */
async function signedByOther(letter: string, options: { readonly maxBodyLength?: number; readonly expires?: Date }): Promise<string> {
  const [key] = keys;
  if (key === undefined) throw new Error('no key');
  const how = { signTime: new Date(AT), signingDomain: key.domain, selector: key.selector, privateKey: key.privateKey, ...options };
  const { signatures } = await dkimSign(letter, {
    ...how, signatureData: [how],
  });
  return `${signatures}${letter}`;
}

const REQUEST = { remoteAddress: '192.0.2.1', heloName: 'mx.ash.test', sender: 'ann@ash.test', hostname: 'mx.elm.test' };

async function judge(letter: string | Buffer, request: Partial<JudgeRequest> = {}, resolver = zone()): Promise<Verdict> {
  const inline = createInlineJudge({ resolver, clock: new SimClock(AT) });
  return inline.judge({ ...REQUEST, content: streamed(letter, 1 + Math.floor(letter.length / 3)), ...request });
}

describe('A verdict', () => {
  test('on a letter that is what it says', async () => {
    const verdict = await judge(await signed(LETTER));
    expect(verdict.spf).toStrictEqual({ result: 'pass', domain: 'ash.test' });
    expect(verdict.dkim).toStrictEqual([
      { result: 'pass', domain: 'ash.test', selector: 'p202601r' }, { result: 'pass', domain: 'ash.test', selector: 'p202601e' },
    ]);
    expect(verdict.dmarc).toStrictEqual({ result: 'pass', domain: 'ash.test', policy: 'reject' });
    expect(verdict.iprev).toStrictEqual({ result: 'pass', name: 'mx.ash.test' });
    expect(verdict.header.toString().replaceAll(/header\.b=(?:"[^"]{8}"|[^\s";]{8})/g, 'header.b=xxxxxxxx').replaceAll(/header\.b="[^"]*"/g, 'header.b=xxxxxxxx').split('\r\n')).toStrictEqual([
      'Authentication-Results: mx.elm.test;',
      ' spf=pass smtp.mailfrom=ann@ash.test;',
      ' dkim=pass header.d=ash.test header.s=p202601r header.a=rsa-sha256',
      '   header.b=xxxxxxxx;',
      ' dkim=pass header.d=ash.test header.s=p202601e header.a=ed25519-sha256',
      '   header.b=xxxxxxxx;',
      ' dmarc=pass header.from=ash.test policy.dmarc=reject;',
      ' iprev=pass (mx.ash.test) policy.iprev=192.0.2.1',
      'Received-SPF: pass identity=mailfrom; client-ip=192.0.2.1;',
      '   envelope-from="ann@ash.test"; helo=mx.ash.test;',
      '',
    ]);
  });

  test('on a letter from somewhere else, unsigned', async () => {
    const verdict = await judge(LETTER, { remoteAddress: '192.0.2.66' });
    expect(verdict.spf.result).toBe('fail');
    expect(verdict.dkim).toStrictEqual([]);
    expect(verdict.dmarc).toStrictEqual({ result: 'fail', domain: 'ash.test', policy: 'reject' });
    expect(verdict.iprev).toStrictEqual({ result: 'fail', name: 'mx.ash.test' });
    expect(verdict.header.toString()).toContain('dkim=none;');
  });

  test('on a letter changed on its way', async () => {
    const verdict = await judge((await signed(LETTER)).replace('five', 'four'), { remoteAddress: '192.0.2.66' });
    expect(verdict.dkim.map(({ result }) => result)).toStrictEqual(['fail', 'fail']);
    expect(verdict.dmarc.result).toBe('fail');
    expect(verdict.header.toString()).toContain('dkim=fail (body hash did not verify) header.d=ash.test');
  });

  test('on a signature of somebody else: good, but not the author\'s', async () => {
    const letter = await signed(LETTER.replace('ann@ash.test', 'ann@oak.test'));
    const resolver = zone();
    resolver.set('_dmarc.oak.test', { txt: ['v=DMARC1; p=quarantine'] });
    const verdict = await judge(letter, {}, resolver);
    expect(verdict.dkim[0]?.result).toBe('pass');
    expect(verdict.dmarc).toStrictEqual({ result: 'fail', domain: 'oak.test', policy: 'quarantine' });
  });

  test('on a failure notice asks about the name of the HELO', async () => {
    const verdict = await judge(LETTER, { sender: '' });
    expect(verdict.spf).toStrictEqual({ result: 'pass', domain: 'mx.ash.test' });
    expect(verdict.header.toString()).toContain('spf=pass smtp.helo=mx.ash.test;');
    expect(verdict.header.toString()).toContain('Received-SPF: pass identity=helo; client-ip=192.0.2.1; helo=mx.ash.test;');
  });

  test('over IPv6 asks for IPv6, and quotes what has colons', async () => {
    const verdict = await judge(LETTER, { remoteAddress: '2001:db8::2' });
    expect(verdict.spf.result).toBe('pass');
    expect(verdict.iprev).toStrictEqual({ result: 'pass', name: 'mx.ash.test' });
    expect(verdict.header.toString()).toContain('policy.iprev="2001:db8::2"');
  });

  test('asks for names of addresses and for names made of the sender, where the policy says so', async () => {
    const resolver = zone();
    resolver.set('ash.test', { txt: ['v=spf1 ptr -all'] });
    expect((await judge(LETTER, {}, resolver)).spf.result).toBe('pass');
    expect((await judge(LETTER, { remoteAddress: '2001:db8::2' }, resolver)).spf.result).toBe('pass');
    expect((await judge(LETTER, { remoteAddress: '192.0.2.66' }, resolver)).spf.result).toBe('fail');
    resolver.set('ash.test', { txt: ['v=spf1 exists:%{l}.%{ir}.spf.ash.test -all'] });
    resolver.set('ann.1.2.0.192.spf.ash.test', { a: ['127.0.0.2'] });
    expect((await judge(LETTER, {}, resolver)).spf.result).toBe('pass');
    expect((await judge(LETTER, { sender: 'bob@ash.test' }, resolver)).spf.result).toBe('fail');
  });

  test('calls a policy that cannot be understood a permanent error', async () => {
    const resolver = zone();
    resolver.set('ash.test', { txt: ['v=spf1 ip4:nonsense -all'] });
    expect((await judge(LETTER, {}, resolver)).spf.result).toBe('permerror');
    resolver.set('ash.test', { txt: ['v=spf1 include:ash.test -all'] });
    expect((await judge(LETTER, {}, resolver)).spf.result).toBe('permerror');
  });

  test('on a domain that publishes nothing says none', async () => {
    const verdict = await judge('From: x@birch.test\r\n\r\nbody\r\n', { sender: 'x@birch.test', remoteAddress: '192.0.2.77' });
    expect(verdict.spf).toStrictEqual({ result: 'none', domain: 'birch.test' });
    expect(verdict.dmarc).toStrictEqual({ result: 'none', domain: 'birch.test', policy: 'none' });
    expect(verdict.iprev).toStrictEqual({ result: 'permerror', name: '' });
  });

  test('with a silent DNS is a temporary error, each by itself', async () => {
    const resolver = zone();
    for (const name of ['ash.test', '_dmarc.ash.test', '192.0.2.1', 'p202601r._domainkey.ash.test', 'p202601e._domainkey.ash.test']) resolver.fail(name);
    const verdict = await judge(await signed(LETTER), {}, resolver);
    expect([verdict.spf.result, verdict.dkim[0]?.result, verdict.dmarc.result, verdict.iprev.result])
      .toStrictEqual(['temperror', 'temperror', 'temperror', 'temperror']);
  });

  test('on letters without one author says so', async () => {
    expect((await judge('From: a@ash.test, b@oak.test\r\n\r\nx\r\n')).dmarc.result).toBe('permerror');
    expect((await judge('From: a@ash.test\r\nFrom: b@oak.test\r\n\r\nx\r\n')).dmarc.result).toBe('permerror');
    expect((await judge('Subject: nobody\r\n\r\nx\r\n')).dmarc.result).toBe('none');
    expect((await judge('')).dmarc.result).toBe('none');
  });

  test('does not take a signature that covers part of the body for a whole one', async () => {
    const letter = await signedByOther(LETTER, { maxBodyLength: 10 });
    const verdict = await judge(`${letter}And send money.\r\n`, { remoteAddress: '192.0.2.66' });
    expect(verdict.dkim).toStrictEqual([{ result: 'policy', domain: 'ash.test', selector: 'p202601r' }]);
    expect(verdict.header.toString()).toContain('dkim=policy (body is signed in part only)');
    expect(verdict.dmarc.result).toBe('fail');
  });

  test('looks at ten signatures and no more', async () => {
    const fake = 'DKIM-Signature: v=1; a=rsa-sha256; d=ash.test; s=p202601r; h=from; bh=AAAA; b=AAAA\r\n';
    const verdict = await judge(`${fake.repeat(500)}${LETTER}`);
    expect(verdict.dkim).toHaveLength(10);
  });

  test('cannot be talked into another result by what strangers choose', async () => {
    const nasty = 'x"; dmarc=pass header.from=ash.test; (\r\n dkim=pass \\';
    const verdict = await judge(LETTER, { sender: `${nasty}@oak.test`, heloName: nasty });
    const header = verdict.header.toString();
    // Without what is quoted, only our own words are left.
    const bare = header.replaceAll(/"(?:[^"\\]|\\.)*"/g, 'Q').replaceAll(/\([^()]*\)/g, '');
    expect(bare.match(/(?<![.\w])(?:spf|dkim|dmarc|iprev)=\w+/g)).toStrictEqual(['spf=none', 'dkim=none', 'dmarc=fail', 'iprev=pass']);
    expect(header.split('\r\n').slice(0, -1).every((line) => /^(?:Authentication-Results:|Received-SPF:| )/.test(line))).toBe(true);
  });

  test('on an enormous header is reached, and in time', async () => {
    const verdict = await judge(`X-Pad: ${'y'.repeat(2_000_000)}\r\n${await signed(LETTER)}`, { remoteAddress: '192.0.2.66' });
    expect(verdict.dkim).toStrictEqual([]);
    const many = await judge(`${await signed('')}${'X: y\r\n'.repeat(100_000)}${LETTER}`, { remoteAddress: '192.0.2.66' });
    expect(many.dmarc.result).toBe('fail');
  });

  test('expires with its signature', async () => {
    const letter = await signedByOther(LETTER, { expires: new Date(AT + 60_000) });
    for (const [later, result] of [[59_000, 'pass'], [61_000, 'neutral']] as const) {
      const verdict = await createInlineJudge({ resolver: zone(), clock: new SimClock(AT + later) }).judge({ ...REQUEST, content: streamed(letter) });
      expect(verdict.dkim.map((signature) => signature.result)).toStrictEqual([result]);
    }
  });

  test('has lines of at most 78 columns where that can be', async () => {
    const long = `${'a'.repeat(60)}.test`;
    const verdict = await judge(LETTER, { heloName: long, sender: `x@${long}` });
    for (const line of verdict.header.toString().split('\r\n')) expect(line.length).toBeLessThanOrEqual(93);
    const usual = await judge(await signed(LETTER));
    for (const line of usual.header.toString().split('\r\n')) expect(line.length).toBeLessThanOrEqual(77);
  });
});

describe('A judge', () => {
  test('hands on what the letter itself throws', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('From: ann@ash.test\r\n');
      throw new Error('the peer is gone');
    }
    await expect(judge(LETTER, { content: broken() })).rejects.toThrow('the peer is gone');
  });

  test('that fails itself says so in the log, and gives a temporary error', async () => {
    const log = new MemoryLog();
    const inline = createInlineJudge({ resolver: zone(), clock: new SimClock(AT), log });
    async function* content(): AsyncGenerator<Buffer> {
      yield JSON.parse('null');
    }
    const verdict = await inline.judge({ ...REQUEST, content: content() });
    expect(verdict).toMatchObject({ spf: { result: 'temperror' }, dkim: [{ result: 'temperror' }], dmarc: { result: 'temperror' } });
    expect(log.of('judging failed')).toHaveLength(1);
  });

  test('finds RSA keys too short to be trusted', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
    const short: SigningKey = { domain: 'ash.test', selector: 'short', algorithm: 'rsa-sha256', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    const resolver = zone();
    resolver.set('short._domainkey.ash.test', { txt: [`v=DKIM1; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`] });
    const fields = await sign({ keys: [short], prefix: Buffer.alloc(0), content: streamed(LETTER), signedAt: AT / 1000 });
    const verdict = await judge(`${fields.toString()}${LETTER}`, {}, resolver);
    expect(verdict.dkim).toStrictEqual([{ result: 'policy', domain: 'ash.test', selector: 'short' }]);
  });
});

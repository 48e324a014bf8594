import * as fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { dkimRecord, generateDkimKeys, zoneFileLine } from './dkim-keys.ts';
import { sign, type SigningKey } from './signer.ts';

const SIGNED_AT = 1_767_225_600;

let keys: readonly [SigningKey, SigningKey];
let zone: ReadonlyMap<string, string>;

beforeAll(async () => {
  keys = await generateDkimKeys({ domain: 'ash.test', at: Date.UTC(2026, 10, 23) });
  zone = new Map(keys.map((key) => {
    const { name, value } = dkimRecord(key);
    return [name, value];
  }));
});

async function* chunks(letter: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < letter.length; start += size) yield letter.subarray(start, start + size);
}

async function signatures(letter: string | Buffer, { prefix = '', size = 65_536, of = keys }: { prefix?: string; size?: number; of?: readonly SigningKey[] } = {}): Promise<string> {
  const content = Buffer.from(letter);
  return (await sign({ keys: of, prefix: Buffer.from(prefix), content: chunks(content, size), signedAt: SIGNED_AT })).toString('latin1');
}

/** What mailauth, strictly, says of each signature. */
async function verify(letter: Buffer): Promise<readonly string[]> {
  const { results } = await dkimVerify(letter, {
    strict: true,
    curTime: new Date(SIGNED_AT * 1000 + 1000),
    resolver: async (name: string) => [[zone.get(name) ?? '']],
  });
  return results.map(({ status, algo }) => `${algo ?? '-'} ${status.result}${status.comment === undefined ? '' : ` (${status.comment})`}`);
}

async function signAndVerify(letter: string, options: { prefix?: string; size?: number } = {}): Promise<readonly string[]> {
  const fields = await signatures(letter, options);
  return verify(Buffer.concat([Buffer.from(fields, 'latin1'), Buffer.from(options.prefix ?? ''), Buffer.from(letter)]));
}

const PASS = ['rsa-sha256 pass', 'ed25519-sha256 pass'];

const LETTER = [
  'From: Ann <ann@ash.test>', 'To: Eve <eve@elm.test>', 'Subject: Tea', 'Date: Thu, 1 Jan 2026 00:00:00 +0000',
  'Message-ID: <1@ash.test>', 'MIME-Version: 1.0', 'Content-Type: text/plain', '', 'Tea at five?', '',
].join('\r\n');

describe('What mailauth, the foreign witness, says of our signatures', () => {
  test.each([
    ['an ordinary letter', LETTER],
    ['a body of one line without an end', LETTER.replace(/\r\n$/, '')],
    ['an empty body', 'From: ann@ash.test\r\n\r\n'],
    ['no body and no blank line', 'From: ann@ash.test\r\n'],
    ['a header without its last line end', 'From: ann@ash.test\r\nSubject: x'],
    ['a body of empty lines', 'From: ann@ash.test\r\n\r\n\r\n\r\n\r\n'],
    ['a body of nothing but spaces', 'From: ann@ash.test\r\n\r\n   \t'],
    ['lines that begin with dots', 'From: ann@ash.test\r\n\r\n.\r\n..\r\n...x\r\n.\r\n'],
    ['spaces at the ends of lines', 'From: ann@ash.test\r\n\r\na  \r\n\t\r\n  b\t \tc\r\n \r\n\r\n'],
    ['folded and oddly spaced fields', 'from :  Ann\r\n\t <ann@ash.test>  \r\nSUBJECT:\r\n  x \t y\r\n\r\nbody\r\n'],
    ['a field of two names', 'To: a@elm.test\r\nFrom: ann@ash.test\r\nTo: b@elm.test\r\n\r\nbody\r\n'],
    ['words beyond ASCII', 'From: Änn <änn@ash.test>\r\nSubject: Grüße 茶\r\n\r\nHällo\r\n'],
    ['octets that are no UTF-8', 'From: ann@ash.test\r\nSubject: caf\xe9\r\n\r\ncaf\xe9\r\n'],
    ['a very long body line', `From: ann@ash.test\r\n\r\n${'x '.repeat(200_000)}\r\n`],
    ['list fields and resent fields', 'From: ann@ash.test\r\nResent-From: x@ash.test\r\nList-Unsubscribe: <https://ash.test/u>\r\n\r\nbody\r\n'],
  ])('%s: both pass', async (_, letter) => {
    expect(await signAndVerify(letter)).toStrictEqual(PASS);
  });

  test('a letter in front of which we put lines: both pass', async () => {
    const prefix = 'Date: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <2@ash.test>\r\n';
    expect(await signAndVerify('From: ann@ash.test\r\n\r\nbody\r\n', { prefix })).toStrictEqual(PASS);
    expect(await signAndVerify('\r\nbody without a header\r\n', { prefix: `From: ann@ash.test\r\n${prefix}` })).toStrictEqual(PASS);
  });

  test('a letter cut anywhere: the same signature', async () => {
    const letter = 'From: ann@ash.test\r\nSubject: a  b\r\n\r\nx \r\n\r\n y\r\n\r\n';
    const whole = await signatures(letter);
    for (const size of [1, 2, 3, 5, 7, 11]) expect(await signatures(letter, { size })).toBe(whole);
    const prefix = 'Date: x\r\n';
    const bare = await signatures('\r\nbody', { prefix });
    for (const size of [1, 2, 3]) expect(await signatures('\r\nbody', { prefix, size })).toBe(bare);
  });

  test('random bodies: both pass', async () => {
    const body = fc.array(fc.constantFrom(' ', '\t', '\r\n', '.', 'a', 'bc', 'é', '\r\n\r\n', '=20', '-- '), { maxLength: 60 }).map((pieces) => pieces.join(''));
    await fc.assert(fc.asyncProperty(body, fc.integer({ min: 1, max: 20 }), async (text, size) => {
      expect(await signAndVerify(`From: ann@ash.test\r\nSubject: x\r\n\r\n${text}`, { size })).toStrictEqual(PASS);
    }), { numRuns: 150 });
  });

  test('random headers: both pass', async () => {
    const value = fc.array(fc.constantFrom(' ', '\t', '\r\n ', '\r\n\t', 'a', ':', ';', '"', '<b@c.test>', 'é'), { maxLength: 20 })
      // A fold needs something on its line, or the line would be one of spaces only.
      .map((pieces) => pieces.join('').replaceAll(/\r\n[ \t]+(?=\r\n|$)/g, ''));
    const field = fc.tuple(fc.constantFrom('Subject', 'to', 'Cc', 'X-Other', 'Reply-To', 'List-Id'), fc.constantFrom(':', ': ', ' :', ':\t'), value)
      .map((parts) => `${parts.join('')}\r\n`);
    await fc.assert(fc.asyncProperty(fc.array(field, { maxLength: 8 }), async (fields) => {
      expect(await signAndVerify(`From: ann@ash.test\r\n${fields.join('')}\r\nbody\r\n`)).toStrictEqual(PASS);
    }), { numRuns: 150 });
  });

  test('a changed body, subject or an added field: neither passes', async () => {
    const fields = Buffer.from(await signatures(LETTER), 'latin1');
    const changed = [
      LETTER.replace('five', 'four'), LETTER.replace('Subject: Tea', 'Subject: Money'),
      `Subject: Money\r\n${LETTER}`, `Cc: all@elm.test\r\n${LETTER}`, `From: boss@ash.test\r\n${LETTER}`, `Reply-To: x@birch.test\r\n${LETTER}`,
    ];
    for (const letter of changed) {
      const outcome = await verify(Buffer.concat([fields, Buffer.from(letter)]));
      expect(outcome).toHaveLength(2);
      expect(outcome.every((word) => word.includes('fail'))).toBe(true);
    }
  });

  test('a letter that gets trace fields on its way: both still pass', async () => {
    const fields = await signatures(LETTER);
    expect(await verify(Buffer.from(`Received: by mx.elm.test\r\n${fields}X-Spam: no\r\n${LETTER}`, 'latin1'))).toStrictEqual(PASS);
  });
});

describe('A DKIM-Signature field', () => {
  test('says what it covers, in lines of at most 78 columns', async () => {
    const fields = await signatures(LETTER, { of: [keys[1]] });
    expect(fields.replaceAll(/\s+/g, '').replace(/;b=[^;]+$/, ';b=…').replaceAll(/bh=[^;]+/g, 'bh=…').split(';')).toStrictEqual([
      'DKIM-Signature:v=1', 'a=ed25519-sha256', 'c=relaxed/relaxed', 'd=ash.test', 's=p202611e', 't=1767225600',
      'h=from:from:to:to:cc:subject:subject:date:date:message-id:message-id:in-reply-to:references:reply-to:mime-version:mime-version:content-type:content-type:content-transfer-encoding',
      'bh=…', 'b=…',
    ]);
    for (const line of fields.split('\r\n')) expect(line.replaceAll('\t', '        ').length).toBeLessThanOrEqual(78);
  });

  test('is missing without keys, and from a letter with an enormous header', async () => {
    expect(await signatures(LETTER, { of: [] })).toBe('');
    expect(await signatures(`X: ${'y'.repeat(1_100_000)}\r\nFrom: ann@ash.test\r\n\r\nbody\r\n`)).toBe('');
  });

  test('cannot be made with a key of another kind', async () => {
    const [rsa, ed25519] = keys;
    await expect(signatures(LETTER, { of: [{ ...rsa, privateKey: ed25519.privateKey }] })).rejects.toThrow('is not for rsa-sha256');
  });
});

describe('Keys for a domain', () => {
  test('are one of each kind, named after the month', () => {
    expect(keys.map(({ domain, selector, algorithm }) => ({ domain, selector, algorithm }))).toStrictEqual([
      { domain: 'ash.test', selector: 'p202611r', algorithm: 'rsa-sha256' },
      { domain: 'ash.test', selector: 'p202611e', algorithm: 'ed25519-sha256' },
    ]);
  });

  test('are published under their selectors, in strings that a zone file can hold', () => {
    const [rsa, ed25519] = keys.map(dkimRecord);
    expect(ed25519?.name).toBe('p202611e._domainkey.ash.test');
    expect(ed25519?.value).toMatch(/^v=DKIM1; k=ed25519; p=[\w+/]{43}=$/);
    expect(rsa?.value).toMatch(/^v=DKIM1; k=rsa; p=MIIB/);
    if (rsa === undefined || ed25519 === undefined) throw new Error('no records');
    expect(zoneFileLine(ed25519)).toBe(`p202611e._domainkey.ash.test. IN TXT "${ed25519.value}"`);
    const strings = [...zoneFileLine(rsa).matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? '');
    expect(strings.join('')).toBe(rsa.value);
    expect(strings.every((text) => text.length <= 255)).toBe(true);
  });
});

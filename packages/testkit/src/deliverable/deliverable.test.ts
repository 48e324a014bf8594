import { generateDkimKeys, dkimRecord } from '@posthorn/trust/dkim-keys.ts';
import { sign } from '@posthorn/trust/signer.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { describe, expect, test } from 'vitest';
import { Letter } from '../letter/letter.ts';
import { letterOf } from '../testing/letters.ts';
import { findings } from './check.ts';
import type { DeliverabilityOptions } from './finding.ts';

const GOOD = ['From: App <app@shop.test>', 'To: eve@elm.test', 'Subject: Your order', 'Date: Thu, 1 Jan 1970 00:00:00 +0000', 'Message-ID: <1@shop.test>', 'MIME-Version: 1.0'] as const;

async function rules(lines: readonly string[], options: DeliverabilityOptions = {}): Promise<readonly string[]> {
  return (await findings(letterOf(...lines), options)).map(({ rule, severity }) => `${severity} ${rule}`);
}

function html(body: string): readonly string[] {
  return [...GOOD, 'Content-Type: multipart/alternative; boundary=b', '', '--b', '', 'Enough text for everybody who reads.', '--b', 'Content-Type: text/html; charset=utf-8', '', body, '--b--'];
}

test('a plain, well-made letter is without findings', async () => {
  expect(await rules([...GOOD, '', 'It works.'])).toEqual([]);
});

describe('The form', () => {
  test.each([
    ['a line over 998 octets', [...GOOD, '', 'x'.repeat(999)], 'error line-length'],
    ['no Message-ID', [...GOOD.filter((line) => !line.startsWith('Message-ID')), '', 'x'], 'error message-id'],
    ['a Message-ID without a right side', ['Message-ID: <1>', ...GOOD.filter((line) => !line.startsWith('Message-ID')), '', 'x'], 'error message-id'],
    ['no Date', [...GOOD.filter((line) => !line.startsWith('Date')), '', 'x'], 'error date'],
    ['two Subjects', ['Subject: again', ...GOOD, '', 'x'], 'error duplicate-field'],
    ['no Subject', [...GOOD.filter((line) => !line.startsWith('Subject')), '', 'x'], 'error subject'],
    ['no From', [...GOOD.filter((line) => !line.startsWith('From')), '', 'x'], 'error from'],
    ['HTML alone', [...GOOD, 'Content-Type: text/html; charset=utf-8', '', '<p>Hello Eve, how are you</p>'], 'error text-part'],
    ['nothing in it', [...GOOD, '', ''], 'error empty'],
    ['a charset that nobody knows', [...GOOD, 'Content-Type: text/plain; charset=klingon', '', 'x'], 'error charset'],
    ['text beyond ASCII without a charset', [...GOOD, '', 'für'], 'error charset'],
    ['MIME without its version', [...GOOD.slice(0, -1), 'Content-Type: text/plain', '', 'x'], 'warning mime-version'],
    ['a header beyond ASCII', ['X-Name: für', ...GOOD, '', 'x'], 'warning header-charset'],
  ] as const)('%s', async (_what, lines, rule) => {
    expect(await rules(lines)).toContain(rule);
  });
});

describe('Links and images', () => {
  test.each([
    ['a link to an IP address', '<a href="https://192.0.2.1/x">go</a>', 'error link'],
    ['a link without TLS', '<a href="http://shop.test/x">go</a>', 'warning link'],
    ['a link that says another place', '<a href="https://evil.test/">https://bank.test/login</a>', 'error link'],
    ['a link that runs a script', '<a href="javascript:alert(1)">go</a>', 'error link'],
    ['a shortened link', '<a href="https://bit.ly/x">go</a>', 'warning link'],
    ['an image without alt', '<p>A lot of text to read</p><img src="https://shop.test/a.png">', 'warning image'],
    ['a script', '<script>x()</script>', 'error html'],
  ])('%s', async (_what, body, rule) => {
    expect(await rules(html(body))).toContain(rule);
  });

  test('a link whose text is its own place, or a local one, is fine', async () => {
    expect(await rules(html('<a href="https://www.shop.test/a">shop.test</a> <a href="http://localhost:3000/v">Verify</a>'))).toEqual([]);
  });
});

test('a letter over the size that is allowed, and HTML that Gmail cuts', async () => {
  expect(await rules([...GOOD, '', 'x'], { sizeMax: 100 })).toEqual(['error size']);
  expect(await rules(html(`<p>${'words and '.repeat(11_000)}</p>`))).toContain('warning size');
});

describe('What goes to many', () => {
  const offer = ['List-Unsubscribe: <https://shop.test/leave?u=1>'];
  const leave = '<a href="https://shop.test/leave?u=1">Unsubscribe</a>';
  test.each([
    ['has to offer a way out', [], { bulk: true }, ['error one-click']],
    ['which is one click', offer, {}, ['error one-click']],
    ['and then is fine', [...offer, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click'], {}, []],
  ] as const)('%s', async (_what, fields, options, expected) => {
    expect(await rules([...fields, ...html(leave)], options)).toEqual(expected);
  });

  test('a signature covers the way out', async () => {
    const fields = [...offer, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click', 'DKIM-Signature: v=1; d=shop.test; h=from:to:list-unsubscribe; b=x'];
    expect((await findings(letterOf(...fields, ...html(leave))))[0]?.reason).toContain('no DKIM signature covers');
  });
});

test('a rule can be allowed', async () => {
  expect(await rules([...GOOD, '', 'x'], { sizeMax: 100, allow: ['size'] })).toEqual([]);
});

describe('By the DNS of its world', () => {
  async function signedLetter(): Promise<{ readonly raw: Buffer; readonly dns: SimResolver }> {
    const [key] = await generateDkimKeys({ domain: 'shop.test', at: 0 });
    if (key === undefined) throw new Error('no key');
    const content = Buffer.from([...GOOD, '', 'It works.', ''].join('\r\n'));
    const read = async function* (): AsyncGenerator<Buffer> { yield content; };
    const signature = await sign({ keys: [key], prefix: Buffer.alloc(0), content: read(), signedAt: 0 });
    const record = dkimRecord(key);
    const dns = new SimResolver({
      'shop.test': { txt: ['v=spf1 ip4:192.0.2.7 -all'] }, '_dmarc.shop.test': { txt: ['v=DMARC1; p=reject'] }, [record.name]: { txt: [record.value] },
    });
    return { raw: Buffer.concat([signature, content]), dns };
  }

  function letter(raw: Buffer, resolver: SimResolver): Letter {
    const { id, recipient, session, host, receivedAt, trace } = letterOf('');
    return new Letter({ id, recipient, session, host, receivedAt, trace, raw, resolver, envelope: { from: 'app@shop.test', to: [recipient] } });
  }

  test('a signed letter from the right address is aligned', async () => {
    const { raw, dns } = await signedLetter();
    expect(await findings(letter(raw, dns), { sendingAddress: '192.0.2.7' })).toEqual([]);
  });

  test('a letter that is not signed, from another address, is not', async () => {
    const { dns } = await signedLetter();
    const found = await findings(letter(Buffer.from([...GOOD, '', 'x', ''].join('\r\n')), dns), { sendingAddress: '192.0.2.8' });
    expect(found.map(({ rule }) => rule)).toEqual(['dkim', 'spf', 'dmarc']);
  });

  test('a signature of something else is not good', async () => {
    const { raw, dns } = await signedLetter();
    const [first] = await findings(letter(Buffer.concat([raw, Buffer.from('more\r\n')]), dns), { sendingAddress: '192.0.2.7' });
    expect(first?.reason).toMatch(/the signature of shop\.test .* is not good/);
  });

  test('a domain that this DNS does not know is not looked at', async () => {
    expect(await findings(letter(Buffer.from([...GOOD, '', 'x', ''].join('\r\n')), new SimResolver()))).toEqual([]);
  });
});

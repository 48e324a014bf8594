import { describe, expect, it } from 'vitest';
import type { CarryReport } from '@posthorn/queue/courier.ts';
import type { FaultAction, FaultOccasion, FaultRules } from '@posthorn/world/fault.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createServerContext } from '@posthorn/world/tls.ts';
import { parseSmarthost } from './smarthost.ts';
import { LETTER_TEXT, makeErrand } from './testing/errand.ts';
import { createLaboratory } from './testing/laboratory.ts';

const eve = makeErrand({ to: ['eve@elm.test'] });
const authority = makeCertificate({ names: ['authority.test'] });
const certificate = makeCertificate({ names: ['mx.elm.test'], issuer: authority });
const tls = createServerContext(certificate);

const kinds = ({ outcomes }: CarryReport): readonly string[] => outcomes.map(({ kind, remark }) => `${kind} ${remark.status}`);
const commands = (session: { readonly commands: readonly string[] } | undefined): readonly string[] => session?.commands ?? [];

describe('The relay', () => {
  it('carries a letter to the domain\'s exchange, byte for byte', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { extensions: ['PIPELINING', 'SIZE 1000000', 'DSN'] });
    const { outcomes } = await lab.carry(eve);
    expect(elm.letters).toEqual([LETTER_TEXT]);
    expect(elm.sessions[0]?.commands).toEqual(['EHLO mx.ash.test', `MAIL FROM:<ann@ash.test> SIZE=${LETTER_TEXT.length}`, 'RCPT TO:<eve@elm.test>', 'DATA', '.']);
    expect(outcomes).toEqual([{
      index: 0, kind: 'delivered', remark: { code: 250, status: '2.0.0', text: '2.0.0 Ok', host: 'mx.elm.test' },
      detail: { host: 'mx.elm.test', address: '203.0.113.1', tls: false, stage: 'data-end', reply: '250 2.0.0 Ok', ms: 0 },
    }]);
  });

  it('says when the host will send no success notice (RFC 3461 §5.2.2)', async () => {
    const lab = createLaboratory();
    await lab.host('203.0.113.1');
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
  });

  it('understands answers that come octet by octet', async () => {
    const lab = createLaboratory({ segmentMax: 1 });
    const elm = await lab.host('203.0.113.1', { extensions: ['PIPELINING'] });
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(elm.letters).toEqual([LETTER_TEXT]);
  });

  it('gives all recipients of a domain in one transaction, and each its own answer', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', {
      extensions: ['PIPELINING'],
      answer: (command) => (command.includes('bob@') ? '550 5.1.1 No bob here' : command.includes('cid@') ? '450 4.2.1 Busy' : undefined),
    });
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test', 'bob@elm.test', 'cid@elm.test'] }))))
      .toEqual(['relayed-without-dsn 2.0.0', 'failed 5.1.1', 'deferred 4.2.1']);
    expect(elm.letters).toHaveLength(1);
  });

  it('splits more than a hundred recipients (RFC 5321 §4.5.3.1.8)', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { extensions: ['PIPELINING'] });
    const report = await lab.carry(makeErrand({ to: Array.from({ length: 250 }, (_, at) => `p${at}@elm.test`) }));
    expect(new Set(kinds(report))).toEqual(new Set(['relayed-without-dsn 2.0.0']));
    expect(elm.sessions).toHaveLength(1);
    expect(elm.letters).toHaveLength(3);
  });

  it.each(['452 4.5.3 Too many recipients', '552 Too many recipients'])('asks again in another transaction after %j', async (refusal) => {
    const lab = createLaboratory();
    let accepted = 0;
    const elm = await lab.host('203.0.113.1', {
      extensions: ['PIPELINING'],
      answer: (command) => {
        if (command.startsWith('MAIL')) accepted = 0;
        if (!command.startsWith('RCPT')) return undefined;
        accepted += 1;
        return accepted > 2 ? refusal : undefined;
      },
    });
    const report = await lab.carry(makeErrand({ to: ['a@elm.test', 'b@elm.test', 'c@elm.test', 'd@elm.test', 'e@elm.test'] }));
    expect(new Set(kinds(report))).toEqual(new Set(['relayed-without-dsn 2.0.0']));
    expect(elm.letters).toHaveLength(3);
  });

  it('asks no DNS server twice for what is in an address literal', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.9');
    await lab.carry(makeErrand({ to: ['eve@[203.0.113.9]'], route: '[203.0.113.9]' }));
    expect(elm.letters).toHaveLength(1);
    expect(lab.resolver.asked).toEqual([]);
  });

  it('fails what has nowhere to go', async () => {
    const lab = createLaboratory();
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@oak.test'], route: 'oak.test' })))).toEqual(['failed 5.1.2']);
  });
});

/** A second exchange, used when the first cannot be. */
async function twoHosts(answer: (command: string) => string | undefined) {
  const lab = createLaboratory();
  lab.resolver.set('elm.test', { mx: [{ preference: 10, exchange: 'mx.elm.test' }, { preference: 20, exchange: 'mx2.elm.test' }] });
  lab.resolver.set('mx2.elm.test', { a: ['203.0.113.2'] });
  const first = await lab.host('203.0.113.1', { answer });
  const second = await lab.host('203.0.113.2');
  return { lab, first, second };
}

describe('Another exchange is tried', () => {
  it.each([
    ['the connection is cut before the greeting', '', 'cut'],
    ['nothing comes for five minutes', '', 'mute'],
    ['the greeting is 554', '', '554 5.3.2 No mail here'],
    ['the greeting is 421', '', '421 Too busy'],
    ['the greeting is garbage', '', 'Welcome to telnet'],
    ['EHLO is answered 451', 'EHLO mx.ash.test', '451 Later'],
    ['EHLO is answered 421', 'EHLO mx.ash.test', '421 Later'],
    ['the connection is cut after MAIL', 'MAIL FROM:<ann@ash.test>', 'cut'],
    ['the connection is cut after RCPT', 'RCPT TO:<eve@elm.test>', 'cut'],
    ['RCPT is answered 421', 'RCPT TO:<eve@elm.test>', '421 4.3.2 Going down'],
    ['the connection is cut after DATA', 'DATA', 'cut'],
  ])('when %s', async (_, at, answer) => {
    const { lab, second } = await twoHosts((command) => (command === at ? answer : undefined));
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(second.letters).toEqual([LETTER_TEXT]);
  });

  it('when the first cannot be reached', async () => {
    for (const kind of ['refuse', 'unreachable', 'silent'] as const) {
      const { lab, second } = await twoHosts(() => undefined);
      lab.net.trouble({ to: '203.0.113.1', kind });
      expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
      expect(second.letters).toHaveLength(1);
    }
  });

  it('only for the recipients that have no answer yet', async () => {
    const { lab, first, second } = await twoHosts((command) => {
      if (command.includes('bob@')) return '550 5.1.1 No bob';
      return command === 'DATA' ? 'cut' : undefined;
    });
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test', 'bob@elm.test'] })))).toEqual(['relayed-without-dsn 2.0.0', 'failed 5.1.1']);
    expect(first.letters).toEqual([]);
    expect(second.sessions[0]?.commands).not.toContain('RCPT TO:<bob@elm.test>');
  });
});

describe('No other exchange is tried', () => {
  it.each([
    ['MAIL is answered 451', 'MAIL FROM:<ann@ash.test>', '451 4.7.1 Greylisted', 'deferred 4.7.1'],
    ['MAIL is answered 550', 'MAIL FROM:<ann@ash.test>', '550 5.7.1 Not you', 'failed 5.7.1'],
    ['RCPT is answered 450', 'RCPT TO:<eve@elm.test>', '450 4.2.0 Later', 'deferred 4.2.0'],
    ['RCPT is answered 550', 'RCPT TO:<eve@elm.test>', '550 No such user', 'failed 5.0.0'],
    ['DATA is answered 451', 'DATA', '451 4.3.0 Later', 'deferred 4.3.0'],
    ['DATA is answered 550', 'DATA', '550 5.7.1 Policy', 'failed 5.7.1'],
    ['the letter is answered 452', '.', '452 4.3.1 Full', 'deferred 4.3.1'],
    ['the letter is answered 554', '.', '554 5.6.0 Spam', 'failed 5.6.0'],
    ['no answer to the final dot comes: the host may have taken it', '.', 'cut', 'deferred 4.4.2'],
    ['the final dot is answered 421', '.', '421 4.3.2 Going down', 'deferred 4.3.2'],
    ['the final dot is answered by garbage', '.', 'mmmmmm', 'deferred 4.5.0'],
    ['the final dot is not answered in ten minutes', '.', 'mute', 'deferred 4.4.2'],
  ])('when %s', async (_, at, answer, expected) => {
    const { lab, second } = await twoHosts((command) => (command === at ? answer : undefined));
    expect(kinds(await lab.carry(eve))).toEqual([expected]);
    expect(second.sessions).toEqual([]);
  });
});

describe('When no exchange takes it, the letter', () => {
  it('waits as long as one of them may take it later', async () => {
    const { lab, second } = await twoHosts((command) => (command === '' ? '554 5.3.2 Never' : undefined));
    second.script = { answer: (command) => (command === '' ? '421 4.3.2 Busy' : undefined) };
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.3.2']);
  });

  it('fails when all of them never will', async () => {
    const { lab, second } = await twoHosts((command) => (command === '' ? '554 5.3.2 Never' : undefined));
    second.script = { answer: (command) => (command === '' ? '521 5.3.2 Nor I' : undefined) };
    expect(kinds(await lab.carry(eve))).toEqual(['failed 5.3.2']);
  });

  it('waits when none can be reached', async () => {
    const lab = createLaboratory();
    const { outcomes } = await lab.carry(eve);
    expect(outcomes).toMatchObject([{ kind: 'deferred', remark: { code: 0, status: '4.4.1', host: '' }, detail: { host: 'mx.elm.test', stage: 'connect' } }]);
    expect(outcomes[0]?.remark.text).toBe('mx.elm.test [203.0.113.1] cannot be reached: EHOSTUNREACH');
  });

  it('waits when our own books cannot give it, and is not half sent', async () => {
    const lab = createLaboratory({
      readLetter: async function* read() {
        yield Buffer.from('From: ann@ash.test\r\n');
        throw new Error('the disk is gone');
      },
    });
    const elm = await lab.host('203.0.113.1');
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.3.0']);
    expect(elm.letters).toEqual([]);
  });
});

describe('What a letter needs', () => {
  it.each([
    ['is more than the host takes', { text: 'x'.repeat(2000), extensions: ['SIZE 1000'], letter: {} }, 'failed 5.3.4'],
    ['is eight bits, which the host does not know', { text: 'Subject: x\r\n\r\ngrüße\r\n', extensions: [], letter: { body: '8BITMIME' } }, 'failed 5.6.3'],
    ['was announced as eight bits and is not', { text: 'Subject: x\r\n\r\nhello\r\n', extensions: [], letter: { body: '8BITMIME' } }, 'relayed-without-dsn 2.0.0'],
    ['is eight bits and was not announced', { text: 'Subject: x\r\n\r\ngrüße\r\n', extensions: [], letter: { body: '7BIT' } }, 'relayed-without-dsn 2.0.0'],
    ['is an international header', { text: 'Subject: grüße\r\n\r\nhello\r\n', extensions: ['8BITMIME'], letter: { isSmtpUtf8: true } }, 'failed 5.6.7'],
    ['was announced as international and is not', { text: 'Subject: x\r\n\r\nhello\r\n', extensions: [], letter: { isSmtpUtf8: true } }, 'relayed-without-dsn 2.0.0'],
    ['is an international sender', { extensions: ['8BITMIME'], letter: { reversePath: 'änn@ash.test' } }, 'failed 5.6.7'],
    ['is binary', { extensions: ['8BITMIME'], letter: { body: 'BINARYMIME' } }, 'failed 5.6.3'],
    ['is TLS all the way', { extensions: ['REQUIRETLS'], letter: { isTlsRequired: true } }, 'failed 5.7.30'],
  ] as const)('%s', async (_, { extensions, letter, ...rest }, expected) => {
    const lab = createLaboratory(rest);
    await lab.host('203.0.113.1', { extensions });
    const text = 'text' in rest ? { text: rest.text } : {};
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test'], letter, ...text })))).toEqual([expected]);
  });

  it('of one recipient only keeps the others from nothing', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { extensions: ['8BITMIME'] });
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test', 'jürgen@elm.test'] })))).toEqual(['relayed-without-dsn 2.0.0', 'failed 5.6.7']);
    expect(elm.letters).toHaveLength(1);
  });

  it('may be found at another exchange', async () => {
    const { lab, first, second } = await twoHosts(() => undefined);
    second.script = { extensions: ['SMTPUTF8', '8BITMIME'] };
    expect(kinds(await lab.carry(makeErrand({ to: ['jürgen@elm.test'] })))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(first.letters).toEqual([]);
    expect(second.sessions[0]?.commands).toContain('MAIL FROM:<ann@ash.test> SMTPUTF8');
  });
});

describe('TLS', () => {
  it('is used where it is offered, whatever the certificate', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { tls });
    const { outcomes } = await lab.carry(eve);
    expect(outcomes).toMatchObject([{ kind: 'relayed-without-dsn', detail: { tls: true, tlsProtocol: 'TLSv1.3', tlsVerified: false } }]);
    expect(outcomes[0]?.detail['tlsCipher']).toMatch(/^TLS_/);
    expect(commands(elm.sessions[0]).slice(0, 3)).toEqual(['EHLO mx.ash.test', 'STARTTLS', 'EHLO mx.ash.test']);
    expect(elm.letters).toEqual([LETTER_TEXT]);
  });

  it('is known to be good where an authority says so', async () => {
    const lab = createLaboratory({ tls: { ca: authority.certificate } });
    await lab.host('203.0.113.1', { tls });
    expect((await lab.carry(eve)).outcomes).toMatchObject([{ detail: { tls: true, tlsVerified: true } }]);
  });

  it('is not trusted where the host goes on in clear after its answer to STARTTLS', async () => {
    const lab = createLaboratory();
    await lab.host('203.0.113.1', { extensions: ['STARTTLS'], answer: (command) => (command === 'STARTTLS' ? '454 No\r\n250 injected' : undefined) });
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.5.0']);
  });

  it('whose handshake breaks is done without', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { tls });
    lab.net.trouble({ to: '203.0.113.1', kind: 'reset', direction: 'inward', at: 150, times: 1 });
    const { outcomes } = await lab.carry(eve);
    expect(outcomes).toMatchObject([{ kind: 'relayed-without-dsn', detail: { tls: false } }]);
    expect(elm.sessions.map(({ isSecure, letters }) => [isSecure, letters.length])).toEqual([[false, 0], [false, 1]]);
    expect(lab.log.of('TLS failed, going on in clear text')).toHaveLength(1);
  });

  it('that the letter requires takes a good certificate and REQUIRETLS (RFC 8689)', async () => {
    const letter = { isTlsRequired: true };
    const lab = createLaboratory({ tls: { ca: authority.certificate } });
    const elm = await lab.host('203.0.113.1', { tls, extensions: ['REQUIRETLS'] });
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test'], letter })))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(elm.sessions[0]?.commands).toContain('MAIL FROM:<ann@ash.test> REQUIRETLS');
    const strangers = createLaboratory();
    await strangers.host('203.0.113.1', { tls, extensions: ['REQUIRETLS'] });
    expect(kinds(await strangers.carry(makeErrand({ to: ['eve@elm.test'], letter })))).toEqual(['failed 5.7.30']);
  });

  it('without REQUIRETLS is not enough for a letter that requires it', async () => {
    const lab = createLaboratory({ tls: { ca: authority.certificate } });
    const elm = await lab.host('203.0.113.1', { tls });
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test'], letter: { isTlsRequired: true } })))).toEqual(['failed 5.7.30']);
    expect(elm.letters).toEqual([]);
  });
});

describe('A smarthost', () => {
  const smart = makeCertificate({ names: ['smart.test'], issuer: authority });
  const zone = { 'smart.test': { a: ['10.0.0.5'] } };

  async function smarthost(url: string, script: Parameters<ReturnType<typeof createLaboratory>['host']>[1], port: number) {
    const parsed = parseSmarthost(url);
    if (parsed === undefined) throw new Error('a good URL');
    const lab = createLaboratory({ smarthost: parsed, tls: { ca: authority.certificate } });
    lab.resolver.set('smart.test', zone['smart.test']);
    const host = await lab.host('10.0.0.5', { tls: createServerContext(smart), ...script }, port);
    return { lab, host };
  }

  it('carries all mail, and hears the password only under TLS', async () => {
    const { lab, host } = await smarthost('submission://ann:secret@smart.test', { extensions: ['AUTH PLAIN'], answer: (command) => (command.startsWith('AUTH') ? '235 Welcome' : undefined) }, 587);
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(commands(host.sessions[0]).slice(0, 4)).toEqual(['EHLO mx.ash.test', 'STARTTLS', 'EHLO mx.ash.test', 'AUTH PLAIN AGFubgBzZWNyZXQ=']);
    expect(lab.resolver.asked.some(({ type }) => type === 'mx')).toBe(false);
  });

  it('may speak TLS from the start', async () => {
    const { lab, host } = await smarthost('submissions://smart.test', { isTlsImplicit: true }, 465);
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(commands(host.sessions[0])[0]).toBe('EHLO mx.ash.test');
  });

  it('that refuses our login makes mail wait: it is our mistake', async () => {
    const { lab } = await smarthost('submission://ann:wrong@smart.test', { extensions: ['AUTH PLAIN'], answer: (command) => (command.startsWith('AUTH') ? '535 5.7.8 No' : undefined) }, 587);
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.7.8']);
  });

  it('that wants nothing of us makes mail wait, not fail', async () => {
    const { lab } = await smarthost('smtp://smart.test', { banner: '554 5.7.1 Not from there' }, 25);
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.7.1']);
  });

  it('with another\'s certificate hears no password', async () => {
    const { lab, host } = await smarthost('submission://ann:secret@smart.test', { tls, extensions: ['AUTH PLAIN'] }, 587);
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.7.5']);
    expect(host.sessions.flatMap((session) => session.commands).some((command) => command.startsWith('AUTH'))).toBe(false);
  });

  it('without STARTTLS hears no password', async () => {
    const parsed = parseSmarthost('submission://ann:secret@smart.test');
    if (parsed === undefined) throw new Error('a good URL');
    const lab = createLaboratory({ smarthost: parsed });
    lab.resolver.set('smart.test', zone['smart.test']);
    const host = await lab.host('10.0.0.5', { extensions: ['AUTH PLAIN'] }, 587);
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.7.5']);
    expect(host.sessions[0]?.commands).toEqual(['EHLO mx.ash.test']);
  });
});

describe('Connections', () => {
  it('are used again for the next letter', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1');
    for (let letter = 0; letter < 3; letter += 1) await lab.carry(eve);
    expect(elm.sessions).toHaveLength(1);
    expect(elm.letters).toHaveLength(3);
  });

  it('are cleared by RSET where a transaction broke off', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { answer: (command) => (command.includes('bob') ? '550 No' : undefined) });
    await lab.carry(makeErrand({ to: ['bob@elm.test'] }));
    await lab.carry(eve);
    expect(elm.sessions[0]?.commands.slice(1)).toEqual(['MAIL FROM:<ann@ash.test>', 'RCPT TO:<bob@elm.test>', 'RSET', 'MAIL FROM:<ann@ash.test>', 'RCPT TO:<eve@elm.test>', 'DATA', '.']);
  });

  it('end with QUIT after half a minute of rest', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1');
    await lab.carry(eve);
    await lab.clock.advance(29_000);
    expect(elm.sessions[0]?.commands.at(-1)).toBe('.');
    await lab.clock.advance(2_000);
    expect(elm.sessions[0]?.commands.at(-1)).toBe('QUIT');
  });

  it('end with QUIT when the relay closes', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1');
    await lab.carry(eve);
    await lab.relay.close();
    expect(elm.sessions[0]?.commands.at(-1)).toBe('QUIT');
    expect(lab.clock.waiting).toBe(0);
  });

  it('that died while they rested are replaced, and it does not count', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1', { answer: (command, session) => (command.startsWith('MAIL') && session.letters.length > 0 ? 'cut' : undefined) });
    await lab.carry(eve);
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(elm.sessions).toHaveLength(2);
  });

  it('that were closed while they rested are not used', async () => {
    const lab = createLaboratory();
    // The host's last octet is that of its answer to the final dot.
    const said = ['220 mx.elm.test ESMTP', '250 mx.elm.test', '250 2.0.0 Ok', '250 2.0.0 Ok', '354 Go on', '250 2.0.0 Ok'].map((line) => line.length + 2);
    lab.net.trouble({ to: '203.0.113.1', kind: 'close', direction: 'inward', at: said.reduce((sum, octets) => sum + octets), times: 1 });
    const elm = await lab.host('203.0.113.1');
    await lab.carry(eve);
    expect(kinds(await lab.carry(eve))).toEqual(['relayed-without-dsn 2.0.0']);
    expect(elm.sessions.map(({ commands }) => commands.filter((command) => command.startsWith('MAIL')).length)).toEqual([1, 1]);
  });

  it('to one host are bounded; who finds none free waits', async () => {
    const lab = createLaboratory({ limits: { perHost: 2 } });
    const elm = await lab.host('203.0.113.1');
    const carried = Array.from({ length: 10 }, () => lab.carry(eve));
    for (const report of await Promise.all(carried)) expect(kinds(report)).toEqual(['relayed-without-dsn 2.0.0']);
    expect(elm.sessions.length).toBeLessThanOrEqual(2);
    expect(elm.letters).toHaveLength(10);
  });

  it('carry no more than so many letters each', async () => {
    const lab = createLaboratory({ limits: { letters: 2 } });
    const elm = await lab.host('203.0.113.1');
    for (let letter = 0; letter < 4; letter += 1) await lab.carry(eve);
    expect(elm.sessions.map(({ letters }) => letters.length)).toEqual([2, 2]);
  });
});

describe('Wherever the connection breaks', () => {
  const dialogue = [220, 250, 250, 250, 354, 250].map((code) => `${code} 2.0.0 Ok\r\n`).join('');
  const polite = (command: string): string => (command === '' ? '220 2.0.0 Ok' : command === 'DATA' ? '354 2.0.0 Ok' : '250 2.0.0 Ok');

  it.each(['reset', 'close'] as const)('by %s on the way to us, the letter waits, unless the host said that it has it', async (kind) => {
    for (let at = 0; at <= dialogue.length; at += 1) {
      const lab = createLaboratory();
      const elm = await lab.host('203.0.113.1', { answer: polite });
      lab.net.trouble({ to: '203.0.113.1', kind, direction: 'inward', at });
      const [outcome] = kinds(await lab.carry(eve));
      expect(`${at} ${outcome}`).toBe(`${at} ${at === dialogue.length ? 'relayed-without-dsn 2.0.0' : 'deferred 4.4.2'}`);
      // Any octet of the last reply means that the letter was there.
      const isAnswered = at > dialogue.length - '250 2.0.0 Ok\r\n'.length;
      expect(elm.letters).toHaveLength(isAnswered ? 1 : 0);
      expect(lab.clock.waiting).toBe(0);
    }
  });

  it('on the way to the host, the letter waits, and is not there unless all of it was', async () => {
    const said = ['EHLO mx.ash.test', 'MAIL FROM:<ann@ash.test>', 'RCPT TO:<eve@elm.test>', 'DATA', LETTER_TEXT.replace('\n.', '\n..'), '.\r\n'].join('\r\n').replace('\r\n\r\n.\r\n', '\r\n.\r\n');
    for (let at = 0; at < said.length; at += 1) {
      const lab = createLaboratory();
      const elm = await lab.host('203.0.113.1', { answer: polite });
      lab.net.trouble({ to: '203.0.113.1', kind: 'reset', at });
      expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.4.2']);
      expect(elm.letters).toEqual([]);
    }
  });
});

describe('Told to stop, the relay', () => {
  it('tries nothing more', async () => {
    const lab = createLaboratory();
    const elm = await lab.host('203.0.113.1');
    expect(kinds(await lab.carry(eve, AbortSignal.abort()))).toEqual(['untried 4.3.2']);
    expect(elm.sessions).toEqual([]);
  });

  it.each(['', 'EHLO mx.ash.test', 'MAIL FROM:<ann@ash.test>', 'DATA'])('lets go of a host that it waits for after %j', async (at) => {
    const lab = createLaboratory();
    const stop = new AbortController();
    await lab.host('203.0.113.1', { answer: (command) => {
      if (command !== at) return undefined;
      stop.abort();
      return 'mute';
    } });
    expect(kinds(await lab.relay.carry(eve, stop.signal))).toEqual(['untried 4.3.2']);
  });

  it('still hears the answer to a final dot, so that the letter is not sent twice', async () => {
    const lab = createLaboratory();
    const stop = new AbortController();
    await lab.host('203.0.113.1', { answer: (command) => {
      if (command === '.') stop.abort();
      return undefined;
    } });
    expect(kinds(await lab.carry(eve, stop.signal))).toEqual(['relayed-without-dsn 2.0.0']);
  });
});

describe('A fault rule', () => {
  const rule = (stage: FaultOccasion['stage'], action: FaultAction): FaultRules & { readonly asked: FaultOccasion[] } => {
    const asked: FaultOccasion[] = [];
    return {
      asked,
      ask: (occasion) => {
        asked.push(occasion);
        return occasion.stage === stage ? [action] : [];
      },
    };
  };

  it.each([
    ['connect', 'deferred 4.4.1'], ['banner', 'deferred 4.3.9'], ['ehlo', 'deferred 4.3.9'], ['mail', 'deferred 4.3.9'], ['rcpt', 'deferred 4.3.9'],
    ['data', 'deferred 4.3.9'], ['body', 'deferred 4.3.9'], ['data-end', 'deferred 4.3.9'],
  ] as const)('at %s may answer in the host\'s place', async (stage, expected) => {
    for (const extensions of [[], ['PIPELINING']]) {
      const faults = rule(stage, { kind: 'reply', code: 451, text: '4.3.9 By a rule' });
      const lab = createLaboratory({ faults });
      const elm = await lab.host('203.0.113.1', { extensions });
      expect(kinds(await lab.carry(eve))).toEqual([expected]);
      expect(elm.letters).toEqual([]);
      expect(faults.asked.every(({ side }) => side === 'sending')).toBe(true);
    }
  });

  it.each(['connect', 'banner', 'ehlo', 'mail', 'rcpt', 'data', 'body', 'data-end'] as const)('at %s may cut the connection', async (stage) => {
    const lab = createLaboratory({ faults: rule(stage, { kind: 'cut', how: 'close', afterAccept: false }) });
    const elm = await lab.host('203.0.113.1');
    expect((await lab.carry(eve)).outcomes).toMatchObject([{ kind: 'deferred' }]);
    expect(elm.letters).toEqual([]);
  });

  it('may lose the answer to the final dot: the letter is there, and is sent again', async () => {
    const lab = createLaboratory({ faults: rule('data-end', { kind: 'cut', how: 'reset', afterAccept: true }) });
    const elm = await lab.host('203.0.113.1');
    expect(kinds(await lab.carry(eve))).toEqual(['deferred 4.4.2']);
    expect(elm.letters).toHaveLength(1);
  });

  it('may delay or slow the letter', async () => {
    for (const action of [{ kind: 'delay', ms: 60_000 }, { kind: 'throttle', octetsPerSecond: 1 }] as const) {
      const lab = createLaboratory({ faults: rule('body', action) });
      await lab.host('203.0.113.1');
      const { outcomes } = await lab.carry(eve);
      expect(outcomes).toMatchObject([{ kind: 'relayed-without-dsn' }]);
      expect(outcomes[0]?.detail['ms']).toBeGreaterThan(40_000);
    }
  });

  it('knows who writes to whom', async () => {
    const faults = rule('quit', { kind: 'delay', ms: 0 });
    const lab = createLaboratory({ faults });
    await lab.host('203.0.113.1');
    await lab.carry(eve);
    expect(faults.asked).toContainEqual({ side: 'sending', stage: 'rcpt', host: 'mx.elm.test', remoteAddress: '203.0.113.1', sender: 'ann@ash.test', recipient: 'eve@elm.test' });
  });
});

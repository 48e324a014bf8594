import { describe, expect, it } from 'vitest';
import type { CarryReport } from '@posthorn/queue/courier.ts';
import { makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createServerContext } from '@posthorn/world/tls.ts';
import { parseSmarthost } from './smarthost.ts';
import { makeErrand } from './testing/errand.ts';
import { createLaboratory } from './testing/laboratory.ts';
import type { HostScript } from './testing/scripted-host.ts';

/** What the host says or does at a stage: `cut` hangs up, `mute` says nothing for ever. */
type Incident = string;
type Row = readonly [at: string, incident: Incident, eve: string, bob: string];

const authority = makeCertificate({ names: ['authority.test'] });
const certificateFor = (name: string): ReturnType<typeof createServerContext> => createServerContext(makeCertificate({ names: [name], issuer: authority }));
const errand = makeErrand({ to: ['eve@elm.test', 'bob@elm.test'] });
const OK = 'relayed-without-dsn 2.0.0';
const LOST = 'deferred 4.4.2';

const kinds = ({ outcomes }: CarryReport): readonly string[] => outcomes.map(({ kind, remark }) => `${kind} ${remark.status}`);

/** A host to which something happens whenever a command begins with `at`; the banner is the empty command. */
function scriptOf(at: string, incident: Incident): Pick<HostScript, 'answer'> {
  const silent = new Set<object>();
  return {
    answer: (command, session) => {
      const isMeant = at === '' ? command === '' : command.startsWith(at);
      // Who has fallen silent answers what was pipelined behind it neither.
      if (isMeant && incident === 'mute') silent.add(session);
      return silent.has(session) ? 'mute' : isMeant ? incident : undefined;
    },
  };
}

const STAGES: readonly Row[] = [
  ['', '421 4.3.2 Later', 'deferred 4.3.2', 'deferred 4.3.2'],
  ['', '554 5.3.2 Never', 'failed 5.3.2', 'failed 5.3.2'],
  ['', 'cut', LOST, LOST],
  ['', 'mute', LOST, LOST],
  ['EHLO', '451 4.3.0 Later', 'deferred 4.3.0', 'deferred 4.3.0'],
  ['EHLO', 'cut', LOST, LOST],
  ['EHLO', 'mute', LOST, LOST],
  ['MAIL', '451 4.3.0 Later', 'deferred 4.3.0', 'deferred 4.3.0'],
  ['MAIL', '550 5.7.1 Never', 'failed 5.7.1', 'failed 5.7.1'],
  ['MAIL', 'cut', LOST, LOST],
  ['MAIL', 'mute', LOST, LOST],
  ['RCPT TO:<bob', '450 4.2.1 Later', OK, 'deferred 4.2.1'],
  ['RCPT TO:<bob', '550 5.1.1 Never', OK, 'failed 5.1.1'],
  ['RCPT TO:<bob', 'cut', LOST, LOST],
  ['RCPT TO:<bob', 'mute', LOST, LOST],
  ['DATA', '451 4.3.0 Later', 'deferred 4.3.0', 'deferred 4.3.0'],
  ['DATA', '554 5.5.0 Never', 'failed 5.5.0', 'failed 5.5.0'],
  ['DATA', 'cut', LOST, LOST],
  ['DATA', 'mute', LOST, LOST],
  ['.', '451 4.3.0 Later', 'deferred 4.3.0', 'deferred 4.3.0'],
  ['.', '554 5.6.0 Never', 'failed 5.6.0', 'failed 5.6.0'],
  ['.', 'cut', LOST, LOST],
  ['.', 'mute', LOST, LOST],
  ['QUIT', '421 4.3.2 Later', OK, OK],
  ['QUIT', '500 5.5.1 Never', OK, OK],
  ['QUIT', 'cut', OK, OK],
  ['QUIT', 'mute', OK, OK],
];

describe.each([['step by step', []], ['in one breath', ['PIPELINING']]] as const)('What becomes of two recipients, %s,', (_, extensions) => {
  it.each(STAGES)('when %j meets %j: eve %s, bob %s', async (at, incident, eve, bob) => {
    const lab = createLaboratory();
    await lab.host('203.0.113.1', { extensions, ...scriptOf(at, incident) });
    const report = await lab.carry(errand);
    const closing = lab.relay.close();
    await lab.clock.advance(60_000);
    await closing;
    expect(kinds(report)).toEqual([eve, bob]);
  });

  it('when neither EHLO nor HELO is known: both fail', async () => {
    const lab = createLaboratory();
    await lab.host('203.0.113.1', { extensions, answer: (command) => (/^(EHLO|HELO)/.test(command) ? '502 5.5.1 Never' : undefined) });
    expect(kinds(await lab.carry(errand))).toEqual(['failed 5.5.1', 'failed 5.5.1']);
  });
});

describe('Where TLS is only offered, STARTTLS', () => {
  it.each([
    ['454 4.7.0 Later', OK, false], ['502 5.5.1 Never', OK, false], ['cut', LOST, false], ['mute', LOST, false],
  ] as const)('that meets %j: %s', async (incident, outcome, isSecure) => {
    const lab = createLaboratory({ tls: { ca: authority.certificate } });
    const elm = await lab.host('203.0.113.1', { tls: certificateFor('mx.elm.test'), ...scriptOf('STARTTLS', incident) });
    expect(kinds(await lab.carry(errand))).toEqual([outcome, outcome]);
    expect(elm.sessions.map((session) => session.isSecure)).toEqual([isSecure]);
  });
});

describe('Where the letter must travel under TLS, STARTTLS', () => {
  it.each([
    ['454 4.7.0 Later', 'deferred 4.7.0'], ['502 5.5.1 Never', 'failed 5.5.1'], ['cut', LOST], ['mute', LOST],
  ] as const)('that meets %j: %s, and nothing of it goes in clear', async (incident, outcome) => {
    const lab = createLaboratory({ tls: { ca: authority.certificate } });
    const elm = await lab.host('203.0.113.1', { extensions: ['REQUIRETLS'], tls: certificateFor('mx.elm.test'), ...scriptOf('STARTTLS', incident) });
    expect(kinds(await lab.carry(makeErrand({ to: ['eve@elm.test'], letter: { isTlsRequired: true } })))).toEqual([outcome]);
    expect(elm.letters).toEqual([]);
  });
});

describe('At a smarthost that wants a login,', () => {
  it.each([
    ['STARTTLS', '454 4.7.0 Later', 'deferred 4.7.0'],
    // Our own smarthost is never the letter's fault.
    ['STARTTLS', '502 5.5.1 Never', 'deferred 4.5.1'],
    ['STARTTLS', 'cut', LOST],
    ['STARTTLS', 'mute', LOST],
    ['AUTH', '454 4.7.0 Later', 'deferred 4.7.0'],
    ['AUTH', '535 5.7.8 Never', 'deferred 4.7.8'],
    ['AUTH', '504 5.5.4 Never', 'deferred 4.5.4'],
    ['AUTH', 'cut', LOST],
    ['AUTH', 'mute', LOST],
  ] as const)('%s that meets %j: %s, and nothing is sent', async (at, incident, outcome) => {
    const smarthost = parseSmarthost('submission://ann:secret@smart.test');
    if (smarthost === undefined) throw new Error('a good URL');
    const lab = createLaboratory({ smarthost, tls: { ca: authority.certificate } });
    lab.resolver.set('smart.test', { a: ['10.0.0.5'] });
    const host = await lab.host('10.0.0.5', { extensions: ['AUTH PLAIN'], tls: certificateFor('smart.test'), ...scriptOf(at, incident) }, smarthost.port);
    expect(kinds(await lab.carry(errand))).toEqual([outcome, outcome]);
    expect(host.letters).toEqual([]);
    expect(host.sessions.flatMap(({ commands }) => commands).filter((command) => command.startsWith('MAIL'))).toEqual([]);
  });
});

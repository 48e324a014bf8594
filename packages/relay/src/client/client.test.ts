import { describe, expect, it } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { play } from '../testing/transcript.ts';
import { SmtpClient } from './client.ts';
import type { TransactionRequest } from './commands.ts';
import type { HandshakeOptions } from './handshake.ts';

const request: TransactionRequest = {
  reversePath: 'ann@ash.test',
  recipients: [{ address: 'eve@elm.test' }, { address: 'bob@elm.test' }],
  isEightBit: false,
  isSmtpUtf8: false,
  isTlsRequired: false,
  octets: 1234,
};

function client(options: Partial<HandshakeOptions> = {}): SmtpClient {
  return new SmtpClient({ hostname: 'ash.test', tls: 'opportunistic', nonce: 'n', ...options });
}

function played(script: string, { options, about = request }: { readonly options?: Partial<HandshakeOptions>; readonly about?: TransactionRequest } = {}): SmtpClient {
  const machine = client(options);
  play(machine, script, about);
  return machine;
}

/** Greeted, with what is offered after the name. */
const greeted = (...offered: readonly string[]): string => `
  S: 220 mx.elm.test ESMTP
  C: EHLO ash.test
  ${['mx.elm.test', ...offered].map((line, at) => `S: 250${at === offered.length ? ' ' : '-'}${line}`).join('\n')}
  * ready
  begin`;

const codes = (machine: SmtpClient) => machine.outcome?.answers.map((answer) => answer?.reply.code);

describe('The SMTP client greets', () => {
  it('with EHLO', () => {
    const machine = played(`
      S: 220-mx.elm.test ESMTP
      S: 220 and more to say
      C: EHLO ash.test
      S: 250-mx.elm.test at your service
      S: 250-PIPELINING
      S: 250-SIZE 52428800
      S: 250-8BITMIME
      S: 250-auth=LOGIN
      S: 250-AUTH PLAIN LOGIN
      S: 250-SMTPUTF8
      S: 250 DSN
      * ready
      quit
      C: QUIT
      S: 221 Bye
      * over`);
    expect(machine.extensions).toEqual({
      name: 'mx.elm.test', hasStartTls: false, hasPipelining: true, hasEightBitMime: true, hasSmtpUtf8: true, hasDsn: true,
      hasRequireTls: false, mechanisms: ['LOGIN', 'PLAIN'], hasSize: true, sizeMax: 52_428_800,
    });
  });

  it('with HELO where EHLO is not known (RFC 5321 §3.2)', () => {
    const machine = played(`
      S: 220 old.elm.test
      C: EHLO ash.test
      S: 502 What?
      C: HELO ash.test
      S: 250 old.elm.test PIPELINING
      * ready`);
    expect(machine.extensions.hasPipelining).toBe(false);
  });

  it('again after STARTTLS, and forgets what was said before (RFC 3207 §4.2)', () => {
    const machine = played(`
      S: 220 mx.elm.test
      C: EHLO ash.test
      S: 250-mx.elm.test
      S: 250-STARTTLS
      S: 250 SIZE 1
      C: STARTTLS
      S: 220 Go on
      * secure
      C: EHLO ash.test
      S: 250 mx.elm.test
      * ready`);
    expect(machine.extensions.sizeMax).toBe(0);
  });

  it('on in clear where STARTTLS is refused and not required', () => {
    const machine = played(`
      S: 220 mx.elm.test
      C: EHLO ash.test
      S: 250-mx.elm.test
      S: 250 STARTTLS
      C: STARTTLS
      S: 454 TLS not available
      * ready`);
    expect(machine).toMatchObject({ stage: 'idle', isOver: false });
  });

  it('without TLS where told so', () => {
    const machine = played(`
      S: 220 mx.elm.test
      C: EHLO ash.test
      S: 250-mx.elm.test
      S: 250 STARTTLS
      * ready`, { options: { tls: 'never' } });
    expect(machine).toMatchObject({ stage: 'idle', isOver: false });
  });

  it('no further where TLS is required and not offered', () => {
    const machine = played(`
      S: 220 mx.elm.test
      C: EHLO ash.test
      S: 250 mx.elm.test
      * over`, { options: { tls: 'required' } });
    expect(machine.failure).toMatchObject({ stage: 'starttls', why: 'tls' });
  });

  it('no further where clear text follows the answer to STARTTLS', () => {
    const machine = client();
    play(machine, `
      S: 220 mx.elm.test
      C: EHLO ash.test
      S: 250-mx.elm.test
      S: 250 STARTTLS
      C: STARTTLS`);
    expect(machine.receive(Buffer.from('220 Go on\r\n250 injected\r\n'))).toEqual([{ kind: 'over' }]);
    expect(machine.failure).toMatchObject({ stage: 'starttls', why: 'malformed' });
  });
});

describe('The SMTP client logs in', () => {
  const credentials = { user: 'ann', password: 'secret' };

  it('by PLAIN in one step', () => {
    const machine = played(`
      S: 220 smart.test
      C: EHLO ash.test
      S: 250-smart.test
      S: 250 AUTH PLAIN LOGIN
      C: AUTH PLAIN AGFubgBzZWNyZXQ=
      S: 235 2.7.0 Welcome
      * ready`, { options: { tls: 'implicit', credentials } });
    expect(machine).toMatchObject({ stage: 'idle', isOver: false });
  });

  it('by LOGIN in three', () => {
    const machine = played(`
      S: 220 smart.test
      C: EHLO ash.test
      S: 250-smart.test
      S: 250 AUTH LOGIN
      C: AUTH LOGIN
      S: 334 VXNlcm5hbWU6
      C: YW5u
      S: 334 UGFzc3dvcmQ6
      C: c2VjcmV0
      S: 235 2.7.0 Welcome
      * ready`, { options: { tls: 'implicit', credentials } });
    expect(machine).toMatchObject({ stage: 'idle', isOver: false });
  });

  it('not where the password is wrong', () => {
    const machine = played(`
      S: 220 smart.test
      C: EHLO ash.test
      S: 250-smart.test
      S: 250 AUTH PLAIN
      C: AUTH PLAIN AGFubgBzZWNyZXQ=
      S: 535 5.7.8 No
      * over`, { options: { tls: 'implicit', credentials } });
    expect(machine.failure).toMatchObject({ stage: 'auth', why: 'reply', reply: { code: 535 } });
  });

  it('not where no way is offered', () => {
    const machine = played(`
      S: 220 smart.test
      C: EHLO ash.test
      S: 250 smart.test
      * over`, { options: { tls: 'implicit', credentials } });
    expect(machine.failure).toMatchObject({ stage: 'auth', why: 'auth' });
  });

  it('at no host that claims success without proving itself by SCRAM', () => {
    const machine = played(`
      S: 220 smart.test
      C: EHLO ash.test
      S: 250-smart.test
      S: 250 AUTH SCRAM-SHA-256
      C: AUTH SCRAM-SHA-256 biwsbj1hbm4scj1u
      S: 235 2.7.0 Of course
      * over`, { options: { tls: 'implicit', credentials } });
    expect(machine.failure).toMatchObject({ stage: 'auth', why: 'auth' });
  });
});

describe('A transaction', () => {
  it('goes step by step without PIPELINING', () => {
    expect(codes(played(`${greeted()}
      C: MAIL FROM:<ann@ash.test>
      S: 250 Ok
      C: RCPT TO:<eve@elm.test>
      S: 250 Ok
      C: RCPT TO:<bob@elm.test>
      S: 251 Will forward
      C: DATA
      S: 354 Go on
      * content
      C: .
      S: 250 Taken
      * done`))).toEqual([250, 250]);
  });

  it('goes in one breath with PIPELINING (RFC 2920)', () => {
    expect(codes(played(`${greeted('PIPELINING', 'SIZE')}
      C: MAIL FROM:<ann@ash.test> SIZE=1234
      C: RCPT TO:<eve@elm.test>
      C: RCPT TO:<bob@elm.test>
      C: DATA
      S: 250 Ok
      S: 550 5.1.1 No eve here
      S: 250 Ok
      S: 354 Go on
      * content
      C: .
      S: 250 Taken
      * done`))).toEqual([550, 250]);
  });

  it('carries all parameters that are offered', () => {
    const machine = played(`${greeted('SIZE 99', '8BITMIME', 'SMTPUTF8', 'DSN', 'REQUIRETLS')}
      C: MAIL FROM:<ann@ash.test> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+20b REQUIRETLS
      S: 250 Ok
      C: RCPT TO:<eve@elm.test> NOTIFY=NEVER ORCPT=rfc822;e+2Bve@elm.test
      S: 250 Ok
      C: DATA
      S: 354 Go
      * content
      C: .
      S: 250 Taken
      * done`, {
      about: {
        ...request, isEightBit: true, isSmtpUtf8: true, isTlsRequired: true, envelopeId: 'a b', ret: 'HDRS',
        recipients: [{ address: 'eve@elm.test', notify: [], originalRecipient: 'rfc822;e+ve@elm.test' }],
      },
    });
    expect(codes(machine)).toEqual([250]);
  });

  it('comes from nobody when it is a notice, and tells what notices are wanted', () => {
    const machine = played(`${greeted('DSN')}
      C: MAIL FROM:<>
      S: 250 Ok
      C: RCPT TO:<eve@elm.test> NOTIFY=SUCCESS,DELAY
      S: 550 No
      * done`, { about: { ...request, reversePath: null, recipients: [{ address: 'eve@elm.test', notify: ['SUCCESS', 'DELAY'] }] } });
    expect(codes(machine)).toEqual([550]);
  });

  it('sends no letter when nobody was accepted, and clears up before the next (RFC 5321 §4.1.1.5)', () => {
    const machine = played(`${greeted()}
      C: MAIL FROM:<ann@ash.test>
      S: 250 Ok
      C: RCPT TO:<eve@elm.test>
      S: 550 No
      C: RCPT TO:<bob@elm.test>
      S: 450 Later
      * done
      begin
      C: RSET
      C: MAIL FROM:<ann@ash.test>
      S: 250 Ok
      S: 452 Full
      * done`);
    expect(codes(machine)).toEqual([452, 452]);
  });

  it('sends an empty letter where DATA was pipelined and is allowed for nobody (RFC 2920 §3.1)', () => {
    const machine = played(`${greeted('PIPELINING')}
      C: MAIL FROM:<ann@ash.test>
      C: RCPT TO:<eve@elm.test>
      C: RCPT TO:<bob@elm.test>
      C: DATA
      S: 250 Ok
      S: 550 No
      S: 451 Later
      S: 354 Go on
      C: .
      S: 554 Nobody
      * done`);
    expect(codes(machine)).toEqual([550, 451]);
    expect(machine.outcome?.isDotSent).toBe(false);
  });

  it('gives all recipients what MAIL was answered, though RCPT and DATA were pipelined', () => {
    expect(codes(played(`${greeted('PIPELINING')}
      C: MAIL FROM:<ann@ash.test>
      C: RCPT TO:<eve@elm.test>
      C: RCPT TO:<bob@elm.test>
      C: DATA
      S: 451 4.7.1 Greylisted
      S: 503 Need MAIL
      S: 503 Need MAIL
      S: 503 Need MAIL
      * done`))).toEqual([451, 451]);
  });

  it('that is refused at DATA is refused for all who were accepted', () => {
    expect(codes(played(`${greeted('PIPELINING')}
      C: MAIL FROM:<ann@ash.test>
      C: RCPT TO:<eve@elm.test>
      C: RCPT TO:<bob@elm.test>
      C: DATA
      S: 250 Ok
      S: 250 Ok
      S: 450 Later
      S: 550 Policy
      * done`))).toEqual([550, 450]);
  });

  it.each([
    ['452 4.5.3 Too many', true], ['452 Enough', true], ['552 Too many', true], ['552 5.5.3 Too many', true], ['452 4.3.1 Full', true],
    ['452 4.2.2 Over quota', false], ['552 5.2.2 Mailbox full', false], ['450 Busy', false],
  ])('after one recipient was accepted, knows whether %j means another transaction (%s)', (reply, isTooMany) => {
    const machine = played(`${greeted()}
      C: MAIL FROM:<ann@ash.test>
      S: 250 Ok
      C: RCPT TO:<eve@elm.test>
      S: 250 Ok
      C: RCPT TO:<bob@elm.test>
      S: ${reply}
      C: DATA
      S: 354 Go
      * content
      C: .
      S: 250 Taken
      * done`);
    expect(machine.outcome?.answers.map((answer) => answer?.isTooMany)).toEqual([false, isTooMany]);
  });

  it('takes 452 for the first recipient as what it says', () => {
    const machine = played(`${greeted()}
      C: MAIL FROM:<ann@ash.test>
      S: 250 Ok
      C: RCPT TO:<eve@elm.test>
      S: 452 Too many
      C: RCPT TO:<bob@elm.test>
      S: 452 Too many
      * done`);
    expect(machine.outcome?.answers.map((answer) => answer?.isTooMany)).toEqual([false, false]);
  });

  it('ends with a refusal that comes while the letter goes out', () => {
    const machine = client();
    play(machine, `${greeted()}
      C: MAIL FROM:<ann@ash.test>
      S: 250 Ok
      C: RCPT TO:<eve@elm.test>
      S: 250 Ok
      C: RCPT TO:<bob@elm.test>
      S: 250 Ok
      C: DATA`, request);
    expect(machine.receive(Buffer.from('354 Go\r\n'))).toEqual([{ kind: 'content' }]);
    expect(machine.stage).toBe('body');
    expect(machine.receive(Buffer.from('552 5.3.4 Too large\r\n'))).toEqual([{ kind: 'over' }]);
    expect(codes(machine)).toEqual([552, 552]);
  });
});

/** A whole dialogue with one recipient; each line is one stage's answer. */
const STAGES = [
  ['banner', '220 mx.elm.test'], ['ehlo', '250 mx.elm.test'], ['mail', '250 Ok'], ['rcpt', '250 Ok'],
  ['data', '354 Go'], ['data-end', '250 Taken'],
] as const;

/** Answers each stage properly, but `at` with `answer` (undefined: the connection is cut). */
function dialogueWith(at: string, answer: string | undefined): SmtpClient {
  const machine = client();
  for (const [stage, proper] of STAGES) {
    if (machine.isOver || (machine.stage === 'idle' && machine.outcome !== undefined)) break;
    expect(machine.stage).toBe(stage);
    const actions = stage === at && answer === undefined ? machine.cut('cut') : machine.receive(Buffer.from(`${stage === at ? answer : proper}\r\n`));
    for (const { kind } of actions) {
      if (kind === 'ready') machine.begin({ ...request, recipients: [{ address: 'eve@elm.test' }] });
      if (kind === 'content') machine.contentSent(true);
    }
    // A host that refuses EHLO refuses HELO as well.
    if (stage === at && stage === 'ehlo' && machine.stage === 'ehlo') machine.receive(Buffer.from(`${answer}\r\n`));
  }
  return machine;
}

describe.each(['banner', 'ehlo'])('At %s', (stage) => {
  it.each([451, 550])('a reply of %d ends the dialogue', (code) => {
    expect(dialogueWith(stage, `${code} because`).failure).toMatchObject({ stage, why: 'reply', reply: { code } });
  });
});

describe.each(['mail', 'rcpt', 'data', 'data-end'])('At %s', (stage) => {
  it.each([451, 550])('a reply of %d is an answer about the recipient, and the dialogue goes on', (code) => {
    const machine = dialogueWith(stage, `${code} because`);
    expect(machine.outcome).toMatchObject({ answers: [{ stage, reply: { code, lines: ['because'] } }] });
    expect(machine.isOver).toBe(false);
  });
});

describe.each(STAGES.map(([stage]) => stage))('At %s', (stage) => {
  it.each([
    ['421 going down', 'reply'], [undefined, 'cut'], ['what?', 'malformed'],
  ] as const)('%j ends the dialogue without an answer', (answer, why) => {
    const machine = dialogueWith(stage, answer);
    expect(machine.isOver).toBe(true);
    expect(machine.failure).toMatchObject({ stage, why });
    expect(machine.outcome?.answers ?? [undefined]).toEqual([undefined]);
    expect(machine.outcome?.isDotSent ?? false).toBe(stage === 'data-end');
  });
});

describe('The SMTP client', () => {
  it('hears the same wherever the octets are cut', () => {
    const stream = Buffer.from('220-mx\r\n220 hi\r\n250-mx\r\n250 PIPELINING\r\n250 Ok\r\n550 No\r\n250 Ok\r\n354 Go\r\n250 Taken\r\n');
    const heard = (size: number): unknown => {
      const machine = client();
      const said: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        const pending = [...machine.receive(stream.subarray(at, at + size))];
        for (let action = pending.shift(); action !== undefined; action = pending.shift()) {
          said.push(action.kind === 'send' ? action.octets.toString() : action.kind);
          if (action.kind === 'ready') pending.push(...machine.begin(request));
          if (action.kind === 'content') pending.push(...machine.contentSent(true));
        }
      }
      return { said, outcome: machine.outcome };
    };
    // A host cannot answer what it has not been asked yet, so one octet at a time is the reference.
    const reference = heard(1);
    expect(reference).toMatchObject({ outcome: { answers: [{ reply: { code: 550 } }, { reply: { code: 250 } }] } });
    for (const size of [2, 3, 5, 7]) expect(heard(size)).toEqual(reference);
  });

  it('survives 100,000 dialogues of random replies, and every recipient has an answer or a reason', () => {
    const random = seededRandom(421);
    const pick = (from: readonly string[]): string => from[Math.floor(random.fraction() * from.length)] ?? '';
    const replies = ['220 x', '250 x', '250 x', '250-x\r\n250 PIPELINING', '250-x\r\n250 STARTTLS', '354 x', '354 x', '421 x', '450 x', '452 x', '550 x', '235 x', '334 eA==', '?'];
    let finished = 0;
    for (let round = 0; round < 100_000; round += 1) {
      const machine = client({ tls: round % 2 === 0 ? 'opportunistic' : 'never' });
      let isDone = false;
      let actions = machine.receive(Buffer.from('220 x\r\n'));
      for (let step = 0; step < 16 && !machine.isOver && !isDone; step += 1) {
        for (const { kind } of actions) {
          if (kind === 'ready') machine.begin(request);
          else if (kind === 'secure') machine.secured();
          else if (kind === 'content') machine.contentSent(true);
          else if (kind === 'done') isDone = true;
        }
        if (!isDone) actions = machine.receive(Buffer.from(`${pick(replies)}\r\n`));
      }
      if (isDone) finished += 1;
      const { outcome } = machine;
      if (isDone && (outcome === undefined || outcome.answers.includes(undefined))) throw new Error(`round ${round}: a recipient without answer`);
      if (machine.isOver && machine.failure === undefined) throw new Error(`round ${round}: over without a reason`);
    }
    expect(finished).toBeGreaterThan(1000);
  });
});

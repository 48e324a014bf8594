import { afterEach, describe, expect, test } from 'vitest';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { dkimRecord, generateDkimKeys } from '../dkim-keys.ts';
import { createInlineJudge } from '../inline-judge.ts';
import type { Judge } from '../judge.ts';
import { sign } from '../signer.ts';
import { createJudge, type JudgeOptions } from './pool.ts';

const AT = Date.UTC(2026, 0, 1);
const LETTER = 'From: Ann <ann@ash.test>\r\nTo: eve@elm.test\r\nSubject: Tea\r\n\r\nTea at five?\r\n';
const REQUEST = { remoteAddress: '192.0.2.1', heloName: 'mx.ash.test', sender: 'ann@ash.test', hostname: 'mx.elm.test' };
const CRASHING = new URL('testing/crashing-entry.ts', import.meta.url);

const open: Judge[] = [];

afterEach(async () => {
  for (const judge of open.splice(0)) await judge.close();
});

interface Court {
  readonly judge: Judge;
  readonly clock: SimClock;
  readonly log: MemoryLog;
  readonly resolver: SimResolver;
}

function court(options: Partial<JudgeOptions> = {}): Court {
  const clock = new SimClock(AT);
  const log = new MemoryLog();
  const resolver = new SimResolver({
    'ash.test': { txt: ['v=spf1 mx -all'], mx: [{ preference: 1, exchange: 'mx.ash.test' }] },
    'mx.ash.test': { a: ['192.0.2.1'] },
    '_dmarc.ash.test': { txt: ['v=DMARC1; p=reject'] },
    '192.0.2.1': { ptr: ['mx.ash.test'] },
  });
  const judge = createJudge({ resolver, clock, log, ...options });
  open.push(judge);
  return { judge, clock, log, resolver };
}

async function* streamed(letter: string, size = 65_536): AsyncGenerator<Buffer> {
  const octets = Buffer.from(letter);
  for (let start = 0; start < octets.length; start += size) yield octets.subarray(start, start + size);
}

describe('A judge with threads of its own', () => {
  test('comes to the same verdict as one without, on small letters and large', async () => {
    const { judge, clock, resolver } = court();
    const keys = await generateDkimKeys({ domain: 'ash.test', at: AT });
    for (const key of keys) {
      const { name, value } = dkimRecord(key);
      resolver.set(name, { txt: [value] });
    }
    const inline = createInlineJudge({ resolver, clock });
    for (const body of ['Tea at five?\r\n', 'Tea, and a long story.\r\n'.repeat(200_000)]) {
      const letter = `From: Ann <ann@ash.test>\r\nSubject: Tea\r\n\r\n${body}`;
      const fields = await sign({ keys, prefix: Buffer.alloc(0), content: streamed(letter), signedAt: AT / 1000 });
      const whole = `${fields.toString()}${letter}`;
      const verdict = await judge.judge({ ...REQUEST, content: streamed(whole) });
      expect(verdict.dkim.map(({ result }) => result)).toStrictEqual(['pass', 'pass']);
      expect(verdict).toStrictEqual(await inline.judge({ ...REQUEST, content: streamed(whole) }));
    }
  });

  test('judges many letters at once, over a resolver that it shares', async () => {
    const { judge, resolver } = court({ threadsMax: 2 });
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => judge.judge({ ...REQUEST, content: streamed(LETTER, 10) })));
    expect(verdicts.every(({ spf, dmarc }) => spf.result === 'pass' && dmarc.result === 'pass')).toBe(true);
    expect(resolver.asked.filter(({ type, name }) => type === 'txt' && name === 'ash.test')).toHaveLength(100);
  });

  test('starts no thread before there is a letter, and can be closed without', async () => {
    const { judge, log } = court({ entry: new URL('nowhere.ts', import.meta.url) });
    await judge.close();
    expect(log.lines).toStrictEqual([]);
  });

  test('hands on what the letter itself throws, and goes on', async () => {
    const { judge } = court();
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from(LETTER);
      throw new Error('the peer is gone');
    }
    await expect(judge.judge({ ...REQUEST, content: broken() })).rejects.toThrow('the peer is gone');
    expect(await judge.judge({ ...REQUEST, content: streamed(LETTER) })).toMatchObject({ spf: { result: 'pass' } });
  });

  test.each(['die@ash.test', 'exit@ash.test', 'fail@ash.test'])('gives a temporary error when its worker cannot stand a letter (%s), and goes on', async (sender) => {
    const { judge, log } = court({ entry: CRASHING, threadsMax: 1 });
    const verdict = await judge.judge({ ...REQUEST, sender, content: streamed(LETTER) });
    expect(verdict).toMatchObject({ spf: { result: 'temperror' }, dkim: [{ result: 'temperror' }], dmarc: { result: 'temperror' } });
    expect(verdict.header.toString()).toMatch(/^Authentication-Results: mx\.elm\.test;\r\n spf=temperror /);
    expect(log.of('judging failed')).toHaveLength(1);
    expect(await judge.judge({ ...REQUEST, sender: 'pass@ash.test', content: streamed(LETTER) })).toMatchObject({ spf: { result: 'pass' } });
  });

  test('gives a temporary error for every letter that a dying worker has in hand', async () => {
    const { judge } = court({ entry: CRASHING, threadsMax: 1 });
    const waiting = Array.from({ length: 5 }, () => judge.judge({ ...REQUEST, sender: 'wait@ash.test', content: streamed(LETTER) }));
    const last = judge.judge({ ...REQUEST, sender: 'die@ash.test', content: streamed(LETTER) });
    for (const verdict of await Promise.all([...waiting, last])) expect(verdict.dmarc.result).toBe('temperror');
  });

  test('ends a worker that is stuck after a minute, and goes on', async () => {
    const { judge, clock, log } = court({ entry: CRASHING, threadsMax: 1 });
    const verdict = judge.judge({ ...REQUEST, sender: 'wait@ash.test', content: streamed(LETTER) });
    await clock.advance(59_999);
    expect(log.lines).toStrictEqual([]);
    await clock.advance(1);
    expect(await verdict).toMatchObject({ dmarc: { result: 'temperror' } });
    expect(log.of('judging took too long')).toHaveLength(1);
    expect(await judge.judge({ ...REQUEST, sender: 'pass@ash.test', content: streamed(LETTER) })).toMatchObject({ spf: { result: 'pass' } });
    expect(clock.waiting).toBe(0);
  });

  test('gives a temporary error for what it has in hand when it is closed', async () => {
    const { judge } = court({ entry: CRASHING });
    const verdict = judge.judge({ ...REQUEST, sender: 'wait@ash.test', content: streamed(LETTER) });
    await judge.close();
    expect(await verdict).toMatchObject({ dmarc: { result: 'temperror' } });
    expect(await judge.judge({ ...REQUEST, content: streamed(LETTER) })).toMatchObject({ dmarc: { result: 'temperror' } });
  });
});

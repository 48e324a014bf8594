import { describe, expect, test } from 'vitest';
import { createPinoLog, type PinoLogOptions } from './log.ts';
import { MemoryLog } from '../sim/log.ts';

function logged(options: Partial<PinoLogOptions>, write: (log: ReturnType<typeof createPinoLog>) => void): readonly string[] {
  const lines: string[] = [];
  write(createPinoLog({ destination: 'stderr', json: true, level: 'info', write: (line) => lines.push(line), ...options }));
  return lines;
}

describe('The log', () => {
  test('is one JSON object a line, with constant words as its event', () => {
    const [line = ''] = logged({}, (log) => log.info({ letter: 'abc', recipients: 2 }, 'letter accepted'));
    expect(line.endsWith('}\n')).toBe(true);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toStrictEqual({ level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), letter: 'abc', recipients: 2, event: 'letter accepted' });
  });

  test('shows what went wrong with its cause', () => {
    const [line = ''] = logged({}, (log) => log.error({ cause: new Error('disk full', { cause: new Error('ENOSPC') }) }, 'acceptance failed'));
    expect(JSON.parse(line)).toMatchObject({ level: 'error', cause: { type: 'Error', message: expect.stringContaining('disk full'), stack: expect.stringContaining('ENOSPC') } });
  });

  test('for people is a short line', () => {
    const [line = ''] = logged({ json: false }, (log) => log.child({ session: 7 }).warn({ from: 'ann@ash.test', subject: 'a b', cause: new Error('no "luck"') }, 'letter deferred'));
    expect(line).toMatch(/^\d\d:\d\d:\d\d ! letter deferred {2}session=7 from=ann@ash\.test subject="a b" cause="no \\"luck\\""\n$/);
  });

  test('for people never spreads over lines, whatever a stranger writes', () => {
    const [line = ''] = logged({ json: false }, (log) => log.info({ helo: 'x\r\n12:00:00   forged\x1b[31m' }, 'session began'));
    expect(line.slice(0, -1)).not.toMatch(/[\r\n\x1b]/);
  });

  test('leaves out what is below its level', () => {
    expect(logged({ level: 'warn' }, (log) => {
      log.debug({}, 'a');
      log.info({}, 'b');
      log.warn({}, 'c');
      log.error({}, 'd');
    })).toHaveLength(2);
    expect(logged({ level: 'silent' }, (log) => log.error({}, 'e'))).toHaveLength(0);
  });
});

test('A log in memory remembers its lines, and those of its children', () => {
  const log = new MemoryLog();
  log.info({ a: 1 }, 'one');
  log.child({ session: 7 }).child({ letter: 'x' }).error({ a: 2 }, 'two');
  expect(log.lines).toStrictEqual([{ level: 'info', event: 'one', facts: { a: 1 } }, { level: 'error', event: 'two', facts: { session: 7, letter: 'x', a: 2 } }]);
  expect(log.of('two')).toHaveLength(1);
});

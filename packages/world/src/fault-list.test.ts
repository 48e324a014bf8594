import { expect, it } from 'vitest';
import { FaultList } from './fault-list.ts';
import { seededRandom } from './sim/random.ts';

const REFUSE = { kind: 'reply', code: 451, text: '4.7.1 Later' } as const;

it('does nothing until somebody writes a rule, and after it is taken back', () => {
  const list = new FaultList(seededRandom(1));
  expect(list.ask({ side: 'receiving', stage: 'rcpt', recipient: 'eve@elm.test' })).toEqual([]);
  list.set([{ id: 'a', stage: 'rcpt', action: REFUSE, probability: 100 }]);
  expect(list.ask({ side: 'receiving', stage: 'rcpt', recipient: 'eve@elm.test' })).toEqual([REFUSE]);
  list.set([]);
  expect(list.ask({ side: 'receiving', stage: 'rcpt', recipient: 'eve@elm.test' })).toEqual([]);
});

it('acts at its stage, for its addresses', () => {
  const list = new FaultList(seededRandom(1));
  list.set([{ id: 'a', stage: 'rcpt', sender: 'ann@', recipient: '@ELM.test', action: REFUSE, probability: 100 }]);
  const ask = (stage: 'rcpt' | 'mail', sender: string, recipient: string): number => list.ask({ side: 'receiving', stage, sender, recipient }).length;
  expect([ask('rcpt', 'ann@ash.test', 'eve@elm.test'), ask('rcpt', 'bob@ash.test', 'eve@elm.test'), ask('rcpt', 'ann@ash.test', 'eve@oak.test'), ask('mail', 'ann@ash.test', 'eve@elm.test')]).toEqual([1, 0, 0, 0]);
});

it('acts as often as it is told', () => {
  const list = new FaultList(seededRandom(7));
  list.set([{ id: 'a', stage: 'mail', action: REFUSE, probability: 25 }]);
  const hits = Array.from({ length: 1000 }, () => list.ask({ side: 'receiving', stage: 'mail', sender: 'ann@ash.test' }).length).reduce((sum, hit) => sum + hit, 0);
  expect(hits).toBeGreaterThan(200);
  expect(hits).toBeLessThan(300);
});

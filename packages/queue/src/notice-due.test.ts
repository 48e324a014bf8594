import { describe, expect, it } from 'vitest';
import type { Notify } from '@posthorn/mail/envelope.ts';
import type { RecipientState, Remark } from '@posthorn/store/spool.ts';
import { delayNotice, finalNotice } from './notice-due.ts';
import { RELAYED_STATUS } from './status.ts';
import { busy, HOUR, placed, refused, spooledLetter, spooledRecipient, taken } from './testing/letters.ts';

const relayed: Remark = { ...taken, status: RELAYED_STATUS };

function told(state: RecipientState, remark: Remark, notify?: Notify): string {
  const recipient = spooledRecipient({ state, remark, ...(notify === undefined ? {} : { notify }) });
  return finalNotice(spooledLetter({ recipients: [recipient] })).map(({ action }) => action).join();
}

describe('The sender is told at the end (RFC 3461 §4.1, §5.2)', () => {
  it.each<[what: string, state: RecipientState, remark: Remark, notify: Notify | undefined, action: string]>([
    ['of a failure', 'failed', refused, undefined, 'failed'],
    ['of a failure asked for', 'failed', refused, ['FAILURE'], 'failed'],
    ['of a failure asked for among others', 'failed', refused, ['SUCCESS', 'FAILURE', 'DELAY'], 'failed'],
    ['no failure after NOTIFY=NEVER', 'failed', refused, [], ''],
    ['no failure after NOTIFY=SUCCESS', 'failed', refused, ['SUCCESS'], ''],
    ['no failure after NOTIFY=DELAY', 'failed', refused, ['DELAY'], ''],
    ['no success unasked', 'delivered', placed, undefined, ''],
    ['no success after NOTIFY=FAILURE', 'delivered', placed, ['FAILURE'], ''],
    ['of a delivery by us', 'delivered', placed, ['SUCCESS'], 'delivered'],
    ['nothing where the next host will tell', 'delivered', taken, ['SUCCESS'], ''],
    ['where the next host will not tell', 'delivered', relayed, ['SUCCESS', 'FAILURE'], 'relayed'],
  ])('%s', (_, state, remark, notify, action) => {
    expect(told(state, remark, notify)).toBe(action);
  });

  it('of all recipients at once', () => {
    const recipients = [
      spooledRecipient({ index: 0, state: 'failed', remark: refused }),
      spooledRecipient({ index: 1, state: 'delivered', remark: taken }),
      spooledRecipient({ index: 2, state: 'failed', remark: refused, notify: [] }),
      spooledRecipient({ index: 3, state: 'failed', remark: busy }),
    ];
    expect(finalNotice(spooledLetter({ recipients })).map(({ recipient }) => recipient.index)).toEqual([0, 3]);
  });

  it('nothing if there is no sender: no notice about a notice (RFC 5321 §4.5.5)', () => {
    expect(finalNotice(spooledLetter({ reversePath: null, recipients: [spooledRecipient({ state: 'failed', notify: ['FAILURE'] })] }))).toEqual([]);
  });
});

describe('The sender is told of a delay', () => {
  const letter = (notify?: Notify, wish = {}) => spooledLetter({
    recipients: [spooledRecipient({ state: 'waiting', remark: busy, ...(notify === undefined ? {} : { notify }), ...wish })],
  });
  const after = (hours: number, about = letter()): number => delayNotice(about, { now: hours * HOUR, delayNotice: 4 * HOUR }).length;

  it('after so many hours, not before', () => {
    expect([after(3.9), after(4), after(9)]).toEqual([0, 1, 1]);
  });

  it('if he asked for it, or for nothing', () => {
    expect([after(5, letter(['DELAY'])), after(5, letter(['FAILURE'])), after(5, letter([])), after(5, letter(['SUCCESS']))]).toEqual([1, 0, 0, 0]);
  });

  it('once', () => {
    expect(after(5, letter(undefined, { isNotified: true }))).toBe(0);
  });

  it('only of who still waits', () => {
    expect(after(5, letter(undefined, { state: 'delivered' }))).toBe(0);
  });

  it('not at all if there is no sender', () => {
    expect(after(5, { ...letter(), reversePath: null })).toBe(0);
  });
});

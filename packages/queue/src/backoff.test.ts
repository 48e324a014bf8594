import { describe, expect, it } from 'vitest';
import { backoff, nextAttempt } from './backoff.ts';

const MINUTE = 60_000;
const retry = [5 * MINUTE, 10 * MINUTE, 60 * MINUTE];

describe('The pause before the next attempt', () => {
  it('is the one for this many attempts, and the last one repeats', () => {
    expect([1, 2, 3, 4, 50].map((attempt) => backoff(retry, attempt, 0))).toEqual([5, 10, 60, 60, 60].map((minutes) => minutes * MINUTE));
  });

  it('grows by up to a tenth by chance', () => {
    expect(backoff(retry, 1, 0.5)).toBe(5 * MINUTE * 1.05);
    expect(backoff(retry, 1, 0.999)).toBeLessThan(5 * MINUTE * 1.1);
  });
});

describe('A deferred letter', () => {
  const question = { now: 0, retry, attempts: 3, jitter: 0, expiresAt: 100 * MINUTE };

  it('is tried once more when it expires', () => {
    expect(nextAttempt({ ...question, now: 70 * MINUTE })).toBe(100 * MINUTE);
  });

  it('is given up after that', () => {
    expect(nextAttempt({ ...question, now: 100 * MINUTE })).toBeUndefined();
  });

  it('is tried when its sender is to be told of the delay', () => {
    expect(nextAttempt({ ...question, delayNoticeAt: 30 * MINUTE })).toBe(30 * MINUTE);
    expect(nextAttempt({ ...question, now: 31 * MINUTE, delayNoticeAt: 30 * MINUTE })).toBe(91 * MINUTE);
  });
});

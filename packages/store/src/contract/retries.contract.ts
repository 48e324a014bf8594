/**
 * Contract: which letters may not have been heard of is known after a restart.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import { letterId } from '../ids.ts';
import type { UnheardLetter } from '../retries.ts';
import type { Store } from '../store.ts';
import { addAccount, deliver, NOW, type OpenStore } from './fixture.ts';

export function retriesContract(open: OpenStore): void {
  describe('letters that may be sent again', () => {
    let store: Store;
    let eve: Account;
    beforeEach(async () => {
      store = await open();
      eve = await addAccount(store);
    });
    afterEach(() => store.close());

    const keyOf = (name: string): Buffer => Buffer.from(name.padEnd(16));
    const accept = async (name: string, session: string, at = NOW): Promise<void> => {
      await deliver(store, [eve], { letter: letterId(name), at, retry: { key: keyOf(name), session } });
    };
    const unheard = async (since = NOW, limit = 10): Promise<readonly UnheardLetter[]> => store.retries.unheard({ since, limit });
    const names = async (...query: Parameters<typeof unheard>): Promise<readonly string[]> => (await unheard(...query)).map(({ letter }) => letter);

    it('are the last of each session, the newest first, with their keys', async () => {
      await accept('one', 's1');
      await accept('two', 's2');
      await accept('three', 's1');
      await deliver(store, [eve], { letter: letterId('unnamed') });
      expect((await unheard()).map(({ letter, key, at }) => [letter, key.toString(), at - NOW])).toEqual([['three', 'three'.padEnd(16), 0], ['two', 'two'.padEnd(16), 0]]);
    });

    it('are those of a while ago only, and not too many', async () => {
      await accept('old', 's1', NOW - 1);
      await accept('one', 's2');
      await accept('two', 's3');
      expect(await names()).toEqual(['two', 'one']);
      expect(await names(NOW - 1, 2)).toEqual(['two', 'one']);
    });

    it('are, after an orderly end, exactly those that were said', async () => {
      await accept('one', 's1');
      await accept('two', 's2');
      await store.retries.settle((await unheard()).filter(({ letter }) => letter === 'one'));
      expect(await names()).toEqual(['one']);
      await accept('three', 's3');
      expect(await names()).toEqual(['three', 'one']);
      await store.retries.settle([]);
      expect(await names()).toEqual([]);
    });
  });
}

/**
 * Signing keys as the API offers them: kept in the books, made and published by `trust`.
 */
import type { Keys } from '@posthorn/store/keys.ts';
import { dkimRecord, generateDkimKeys, zoneFileLine } from '@posthorn/trust/dkim-keys.ts';
import type { SigningKey } from '@posthorn/trust/signer.ts';
import type { Clock } from '@posthorn/world/clock.ts';
import type { DkimPort, PublishedKey } from './ports.ts';

export function createDkimPort({ keys, clock }: { readonly keys: Keys; readonly clock: Clock }): DkimPort {
  const keysOf = async (domain: string): Promise<readonly PublishedKey[]> => (await keys.ofDomain(domain)).map(published);
  return {
    keysOf,
    async make(domain) {
      if ((await keys.ofDomain(domain)).length === 0) {
        const at = clock.now();
        for (const key of await generateDkimKeys({ domain, at })) await keys.add({ ...key, createdAt: at });
      }
      return keysOf(domain);
    },
  };
}

function published(key: SigningKey): PublishedKey {
  const record = dkimRecord(key);
  return { selector: key.selector, algorithm: key.algorithm, record: { ...record, zoneLine: zoneFileLine(record) } };
}

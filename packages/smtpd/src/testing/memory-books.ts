/**
 * Books in memory for tests of receiving: they keep acceptances as they were handed over.
 */
import { createHash } from 'node:crypto';
import type { AcceptAnswer, Acceptance } from '@posthorn/store/acceptance.ts';
import type { Intake, StagedContent } from '@posthorn/store/contents.ts';
import type { DkimKey } from '@posthorn/store/keys.ts';
import { mailboxId, uid } from '@posthorn/store/ids.ts';
import type { Store } from '@posthorn/store/store.ts';

export interface KeptLetter extends Acceptance {
  readonly octets: Buffer;
}

export interface MemoryBooks extends Pick<Store, 'accept' | 'contents'> {
  readonly keys: Pick<Store['keys'], 'ofDomain'> & Store['keys'];
  readonly accepted: KeptLetter[];
  /** Contents neither accepted nor discarded: must be none in the end. */
  readonly staged: Set<object>;
  /** Thrown instead of the act, until deleted. */
  readonly trouble: { write?: Error; finish?: Error; accept?: Error; answer?: AcceptAnswer };
}

export function createMemoryBooks(dkimKeys: readonly DkimKey[] = []): MemoryBooks {
  const accepted: KeptLetter[] = [];
  const staged = new Set<object>();
  const octetsOf = new WeakMap<StagedContent, Buffer>();
  const trouble: MemoryBooks['trouble'] = {};
  const receive = (): Intake => {
    const chunks: Buffer[] = [];
    const intake: Intake = {
      write: async (chunk) => {
        if (trouble.write !== undefined) throw trouble.write;
        // The wire's buffer is its own.
        chunks.push(Buffer.from(chunk));
      },
      finish: async () => {
        if (trouble.finish !== undefined) throw trouble.finish;
        const octets = Buffer.concat(chunks);
        staged.delete(intake);
        const content: StagedContent = {
          octets: octets.length,
          sha256: createHash('sha256').update(octets).digest(),
          read: async function* (range) {
            yield octets.subarray(range?.start ?? 0, range?.end ?? octets.length);
          },
          discard: async () => void staged.delete(content),
        };
        octetsOf.set(content, octets);
        staged.add(content);
        return content;
      },
      discard: async () => void staged.delete(intake),
    };
    staged.add(intake);
    return intake;
  };
  return {
    accepted,
    staged,
    trouble,
    contents: { receive, read: () => never() },
    keys: {
      ofDomain: async (domain) => dkimKeys.filter((key) => key.domain === domain),
      add: async () => false,
      remove: async () => false,
    },
    accept: async (acceptance) => {
      if (trouble.accept !== undefined) throw trouble.accept;
      if (trouble.answer !== undefined) return trouble.answer;
      accepted.push({ ...acceptance, octets: octetsOf.get(acceptance.content) ?? Buffer.alloc(0) });
      staged.delete(acceptance.content);
      return {
        kind: 'accepted',
        placed: acceptance.placements.map(({ account }, index) => ({ account, mailbox: mailboxId(1), uid: uid(index + 1) })),
      };
    },
  };
}

function never(): never {
  throw new Error('contents are not read here');
}

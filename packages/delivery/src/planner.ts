/**
 * Plans a letter: whose mailboxes it goes into, and where else it goes on to.
 *
 * Asks the directory only. One copy for an account and one for an address elsewhere, however
 * many recipients and aliases lead there. Who asked to be told of success (NOTIFY=SUCCESS,
 * RFC 3461 §4.1) gets the local copy by way of the spool, because the queue writes the
 * notices; everyone else's is placed by the acceptance itself.
 */
import { formatAddress } from '@posthorn/mail/address.ts';
import type { Address } from '@posthorn/mail/address.ts';
import type { EnvelopeRecipient } from '@posthorn/mail/envelope.ts';
import type { Directory, ReachedAccount } from '@posthorn/directory/directory.ts';
import { isReached, walk } from '@posthorn/directory/walk.ts';
import type { Reached } from '@posthorn/directory/walk.ts';
import type { AddressBelief } from '@posthorn/store/acceptance.ts';
import type { AccountId } from '@posthorn/store/ids.ts';
import type { QuotaLimits } from '@posthorn/store/quota.ts';
import type { SpoolRecipient } from '@posthorn/store/spool.ts';
import type { Clock, EpochMs } from '@posthorn/world/clock.ts';
import { addressOfKey, askedOf, goOn, isAskedForSuccess } from './onward.ts';
import type { Asked } from './onward.ts';
import type { Plan, PlannedPlacement } from './plan.ts';

export interface Planner {
  /** Throws `StoreFault` when the books cannot be read. */
  plan(recipients: readonly EnvelopeRecipient[]): Promise<Plan>;
}

export function createPlanner({ directory, clock }: {
  readonly directory: Pick<Directory, 'expand'>;
  readonly clock: Clock;
}): Planner {
  return {
    async plan(recipients) {
      const draft = new Draft(clock.now());
      for (const recipient of recipients) {
        draft.add(recipient, await walk((address) => directory.expand(address), recipient.address));
      }
      return draft.plan();
    },
  };
}

/** A copy for one account, and who asked for it. */
interface Copy {
  readonly address: string;
  readonly limits?: QuotaLimits;
  /** The first recipient that led there. */
  readonly recipient: string;
  /** The first that wants to hear of success. */
  readonly asker?: Asked;
}

class Draft {
  readonly #at: EpochMs;
  readonly #copies = new Map<AccountId, Copy>();
  readonly #onward = new Map<string, SpoolRecipient>();
  readonly #beliefs = new Map<string, AddressBelief>();
  readonly #deadEnds = new Set<string>();
  readonly #refused: Plan['refused'][number][] = [];

  constructor(at: EpochMs) {
    this.#at = at;
  }

  add(recipient: EnvelopeRecipient, reached: Reached): void {
    if (!isReached(reached)) {
      this.#refused.push({ recipient, why: reached.isLoop ? 'alias-loop' : 'no-such-user' });
      return;
    }
    const asked = askedOf(recipient);
    const isSole = reached.accounts.length === 1 && reached.elsewhere.length === 0;
    for (const { account, address, limits } of reached.accounts) {
      this.#addCopy({ account, address, ...(isSole && limits !== undefined ? { limits } : {}) }, asked);
    }
    for (const target of reached.elsewhere) this.#goOn(asked, target);
    for (const belief of reached.beliefs) this.#beliefs.set(`${belief.kind} ${belief.address}`, belief);
    for (const deadEnd of reached.deadEnds) this.#deadEnds.add(deadEnd);
  }

  #addCopy({ account, ...who }: ReachedAccount, asked: Asked): void {
    const there = this.#copies.get(account);
    const asker = there?.asker ?? (isAskedForSuccess(asked) ? asked : undefined);
    this.#copies.set(account, { ...who, recipient: there?.recipient ?? asked.address, ...(asker === undefined ? {} : { asker }) });
  }

  #goOn(asked: Asked, target: Address): void {
    // Case may matter to the other host, so only what is written alike is one.
    const written = formatAddress(target);
    if (!this.#onward.has(written)) this.#onward.set(written, goOn(asked, target, this.#at));
  }

  plan(): Plan {
    const placements: PlannedPlacement[] = [];
    const spooled: SpoolRecipient[] = [];
    for (const [account, { address, recipient, asker, limits }] of this.#copies) {
      const deliveredTo = formatAddress(addressOfKey(address));
      if (asker === undefined) placements.push({ account, mailbox: 'INBOX', recipient, deliveredTo, ...(limits === undefined ? {} : { limits }) });
      else spooled.push(goOn(asker, addressOfKey(address), this.#at));
    }
    return {
      placements,
      onward: [...spooled, ...this.#onward.values()],
      beliefs: [...this.#beliefs.values()],
      refused: this.#refused,
      deadEnds: [...this.#deadEnds],
    };
  }
}

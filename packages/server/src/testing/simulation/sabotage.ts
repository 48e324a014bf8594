/**
 * Hosts that are broken on purpose: each breaks one guarantee, and a simulated week must notice.
 */
import { InlineCarrier } from '@posthorn/store/sqlite/inline-carrier.ts';
import type { Request } from '@posthorn/store/sqlite/requests.ts';
import { Postbox } from '@posthorn/store/sqlite/writer/postbox.ts';
import { Sequences } from '@posthorn/store/sqlite/writer/sequences.ts';
import { Writer } from '@posthorn/store/sqlite/writer/writer.ts';
import { StoreFault } from '@posthorn/store/store.ts';

export interface Sabotage {
  readonly title: string;
  /** The guarantee that it breaks, as the audit numbers them. */
  readonly breaks: number;
  /** Breaks it; the answer mends it again. */
  readonly begin: () => () => void;
}

type Submit = (request: Request) => Promise<unknown>;

const ACCEPTED = { kind: 'accepted', placed: [] };
const CENTURY_MS = 100 * 365 * 24 * 60 * 60_000;
/** Long enough for a reply to be on its way. */
const LATE_ROUNDS = 5;

export const SABOTAGES: readonly Sabotage[] = [
  {
    title: 'answers 250 before it commits',
    breaks: 1,
    begin: () => breakCarrier((request, submit) => {
      if (request.kind !== 'accept') return submit(request);
      // What comes of it nobody hears any more.
      void later(LATE_ROUNDS).then(() => submit(request)).catch(() => {});
      return Promise.resolve(ACCEPTED);
    }),
  },
  {
    title: 'answers 250 when it could not commit',
    breaks: 6,
    begin: () => breakCarrier(async (request, submit) => {
      try {
        return await submit(request);
      } catch (fault) {
        if (request.kind === 'accept' && fault instanceof StoreFault) return ACCEPTED;
        throw fault;
      }
    }),
  },
  {
    title: 'stores an acceptance twice',
    breaks: 2,
    begin: () => breakCarrier(async (request, submit) => {
      if (request.kind === 'accept' && request.placements.length > 0) await submit(request);
      return submit(request);
    }),
  },
  {
    title: 'makes a notice that does not conclude the letter it is about',
    breaks: 2,
    begin: () => breakCarrier((request, submit) => submit(request.kind === 'accept' ? { ...request, concludes: null } : request)),
  },
  {
    title: 'never frees what was being carried when it crashed',
    breaks: 2,
    begin: () => {
      const mendCarrier = breakCarrier((request, submit) => submit(request.kind === 'lease' ? { ...request, until: request.until + CENTURY_MS } : request));
      const mendWriter = replace(Writer.prototype, 'freeLeases', () => () => 0);
      return () => {
        mendCarrier();
        mendWriter();
      };
    },
  },
  {
    title: 'forgets the crash in the middle of an attempt',
    breaks: 4,
    begin: () => breakCarrier(async (request, submit) => {
      const isDelivered = request.kind === 'settle' && request.recipients.some(({ state }) => state === 'delivered');
      // The books keep the lease, which runs out; nobody hears of it.
      return isDelivered && request.lease % 3 === 0 ? { kind: 'settled', isFinal: false } : submit(request);
    }),
  },
  {
    title: 'acknowledges EXPUNGE and does not do it',
    breaks: 5,
    begin: () => breakCarrier((request, submit) => (request.kind === 'expunge' ? Promise.resolve(request.uids) : submit(request))),
  },
  {
    title: 'lets HIGHESTMODSEQ fall',
    breaks: 5,
    begin: () => replace(Postbox.prototype, 'modseq', (original) => (...of: readonly unknown[]) => {
      const modseq = original(...of);
      return typeof modseq === 'number' ? 1000 - modseq : modseq;
    }),
  },
  {
    title: 'gives a mailbox that is made anew the UIDVALIDITY that it had',
    breaks: 5,
    begin: () => replace(Sequences.prototype, 'uidValidities', () => () => 1),
  },
];

type Method = (...parameters: readonly unknown[]) => unknown;

/** Replaces a method by what `make` makes of it. Answers with what puts it back. */
function replace(prototype: object, name: string, make: (original: Method) => Method): () => void {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== 'function') throw new Error(`nothing is called ${name}`);
  const broken = function (this: unknown, ...parameters: readonly unknown[]): unknown {
    return make((...given): unknown => Reflect.apply(original, this, given))(...parameters);
  };
  Object.assign(prototype, { [name]: broken });
  return () => void Object.assign(prototype, { [name]: original });
}

function breakCarrier(broken: (request: Request, submit: Submit) => Promise<unknown>): () => void {
  return replace(InlineCarrier.prototype, 'submit', (original) => (request) => {
    if (!isRequest(request)) throw new TypeError('the carrier carries requests');
    return broken(request, async (other) => original(other));
  });
}

function isRequest(value: unknown): value is Request {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

async function later(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

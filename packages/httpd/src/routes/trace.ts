/**
 * `/rest/v1/trace`: what happened to a letter, across all four steps.
 */
import type { FastifyInstance } from 'fastify';
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { LedgerEntry, LetterNote } from '@posthorn/store/ledger.ts';
import { tellJourney } from '../journey.ts';
import type { ApiOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { listOf, objectOf, TIME } from '../schemas.ts';

const LETTERS_MAX = 100;
const TEXT = { type: 'string' } as const;
const MAYBE = { type: ['string', 'null'] } as const;

const LETTER_SCHEMA = objectOf({
  id: TEXT,
  at: TIME,
  sender: TEXT,
  recipients: listOf(TEXT),
  messageId: MAYBE,
  subject: MAYBE,
  octets: { type: 'integer' },
  story: { ...listOf(TEXT), description: 'In plain words, a line an act.' },
  entries: listOf({
    ...objectOf({ at: TIME, act: TEXT, recipient: TEXT, detail: { type: 'object', additionalProperties: true } }, ['at', 'act', 'detail']),
    description: 'The same for machines.',
  }),
}, ['id', 'story', 'entries']);

export function traceRoutes(app: FastifyInstance, { store }: ApiOptions): void {
  const letterOf = async (id: string): Promise<object | undefined> => {
    const { note, entries } = await store.ledger.ofLetter(letterId(id));
    return note === undefined && entries.length === 0 ? undefined : shown(id, note, entries);
  };

  app.get<{ Params: { what: string }; Querystring: { limit: number } }>('/rest/v1/trace/:what', {
    schema: {
      summary: 'The journey of a letter by its id, or of the latest letters by an address or a Message-ID',
      params: objectOf({ what: { type: 'string', minLength: 1, maxLength: 1000 } }),
      querystring: objectOf({ limit: { type: 'integer', minimum: 1, maximum: LETTERS_MAX, default: 10 } }, []),
      response: { 200: objectOf({ letters: { ...listOf(LETTER_SCHEMA), description: 'Newest first.' } }) },
    },
  }, async (request, reply) => {
    const { what } = request.params;
    if (!what.includes('@')) {
      const letter = await letterOf(what);
      return letter === undefined ? sendProblem(reply, { status: 404, detail: `The ledger knows no letter ${what}.` }) : { letters: [letter] };
    }
    const notes = await store.ledger.find({ ...queryOf(what), limit: request.query.limit });
    const letters = await Promise.all(notes.map((note) => letterOf(note.letter)));
    return { letters: letters.filter((letter) => letter !== undefined) };
  });
}

/** `<…@…>` is a Message-ID; without the brackets it is an address, as nobody types them for one. */
function queryOf(what: string): { readonly address: string } | { readonly messageId: string } {
  if (/^<.*>$/.test(what)) return { messageId: what };
  const address = parseAddress(what);
  return { address: address === undefined ? what : addressKey(address) };
}

function shown(id: string, note: LetterNote | undefined, entries: readonly LedgerEntry[]): object {
  return {
    id,
    ...(note === undefined ? {} : {
      at: new Date(note.at).toISOString(), sender: note.sender, recipients: note.recipients,
      messageId: note.messageId, subject: note.subject, octets: note.octets,
    }),
    story: tellJourney(note, entries),
    entries: entries.map(({ at, act, recipient, detail }) => ({
      at: new Date(at).toISOString(), act, detail, ...(recipient === undefined ? {} : { recipient }),
    })),
  };
}

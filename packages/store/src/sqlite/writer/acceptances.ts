/**
 * The acceptance: one letter and everything it causes.
 */
import type { AcceptAnswer } from '../../acceptance.ts';
import { contentId } from '../../ids.ts';
import type { AcceptRequest } from '../requests.ts';
import type { Beliefs } from './beliefs.ts';
import type { ContentTable } from './contents.ts';
import type { LedgerTable } from './ledger.ts';
import type { Postbox } from './postbox.ts';
import type { BlockSequence } from './sequences.ts';
import type { SpoolActs } from './spool-acts.ts';

export interface AcceptanceParts {
  readonly beliefs: Beliefs;
  readonly contents: ContentTable;
  readonly ledger: LedgerTable;
  readonly letters: BlockSequence;
  readonly postbox: Postbox;
  readonly spool: SpoolActs;
}

export class Acceptances {
  readonly #parts: AcceptanceParts;

  constructor(parts: AcceptanceParts) {
    this.#parts = parts;
  }

  accept(request: AcceptRequest): AcceptAnswer {
    const { beliefs, contents, ledger, letters, postbox, spool } = this.#parts;
    const { content, note, placements } = request;
    const belief = beliefs.broken(request.beliefs);
    if (belief !== undefined) return { kind: 'changed', belief };
    if (request.concludes !== null && !spool.remove(request.concludes)) {
      // Storing it would tell the sender twice.
      throw new Error(`letter ${request.concludes}, which a notice concludes, is not finished`);
    }
    const id = contentId(letters.next());
    const uses = placements.length + (request.spool === null ? 0 : 1);
    contents.insert(id, content, { prefixes: request.prefixes, uses });
    const placed = placements.map((placement) => postbox.place(placement, { content: id, at: note.at }));
    if (request.spool !== null) spool.add(id, request.spool, { letter: note.letter, at: note.at, checksum: content.checksum });
    ledger.note(id, note, placed);
    if (request.ledger.length > 0) ledger.add(request.ledger);
    return { kind: 'accepted', placed };
  }
}

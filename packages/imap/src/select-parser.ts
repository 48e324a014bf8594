/**
 * Reads the parameters of SELECT and EXAMINE. RFC 4466 §2.1; RFC 7162 §3.1.8 and §3.2.5.
 */
import type { Resync, SequenceSet } from './command.ts';
import type { Cursor } from './cursor.ts';

interface SelectParameters {
  readonly isCondstore?: boolean;
  readonly resync?: Resync;
}

export function readSelectParameters(cursor: Cursor): SelectParameters {
  if (cursor.isAtEnd) return {};
  cursor.space('parameters');
  let isCondstore = false;
  let resync: Resync | undefined;
  const parameter = (): void => {
    const word = cursor.word('CONDSTORE or QRESYNC');
    if (word === 'CONDSTORE') isCondstore = true;
    else if (word === 'QRESYNC') resync = readResync(cursor);
    else cursor.refuse('CONDSTORE and QRESYNC are all there is to ask for');
  };
  cursor.list(parameter, { what: 'parameters', isEmptyAllowed: false, max: 2 });
  return { ...(isCondstore ? { isCondstore } : {}), ...(resync === undefined ? {} : { resync }) };
}

/** RFC 7162 §7: select-param-qresync. */
function readResync(cursor: Cursor): Resync {
  cursor.space('what you know');
  cursor.expect('(');
  const uidValidity = cursor.nzNumber('a UIDVALIDITY');
  cursor.space('a modseq');
  const modseq = cursor.modseq('a modseq');
  let knownUids: SequenceSet | undefined;
  if (cursor.take(' ') && !cursor.is('(')) {
    knownUids = readKnown(cursor);
    cursor.take(' ');
  }
  if (cursor.take('(')) {
    // RFC 7162 §3.2.5.2: pairs that would help a server which forgets; ours remembers all that vanished.
    readKnown(cursor);
    cursor.space('UIDs');
    readKnown(cursor);
    cursor.expect(')');
  }
  cursor.expect(')');
  return { uidValidity, modseq, ...(knownUids === undefined ? {} : { knownUids }) };
}

/** RFC 7162 §7: known-uids and the like hold no `*`. */
function readKnown(cursor: Cursor): SequenceSet {
  const set = cursor.sequenceSet();
  return set.some(({ from, to }) => from === Infinity || to === Infinity) ? cursor.refuse('"*" is not among what you know') : set;
}

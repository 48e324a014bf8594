/**
 * What may not be said under UIDONLY: anything with a message's sequence number. RFC 9586 §3.2.
 */
import type { Command } from './command.ts';
import { asksSeqNum } from './search.ts';

export function bearsSeqNum(command: Command): boolean {
  switch (command.name) {
    case 'FETCH':
    case 'STORE':
    case 'COPY':
    case 'MOVE':
    case 'REPLACE':
      return !command.isUid;
    case 'SEARCH':
    case 'SORT':
    case 'THREAD':
      return !command.isUid || asksSeqNum(command.key);
    default: return false;
  }
}

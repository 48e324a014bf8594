/**
 * Reads what `native/disk.c` recorded.
 */

export type DiskEvent =
  | { readonly kind: 'create' | 'folder'; readonly inode: bigint; readonly path: string }
  | { readonly kind: 'write'; readonly inode: bigint; readonly offset: number; readonly octets: Buffer }
  | { readonly kind: 'truncate'; readonly inode: bigint; readonly length: number }
  /** `failed`: the call said so. */
  | { readonly kind: 'sync' | 'failed'; readonly inode: bigint }
  | { readonly kind: 'rename'; readonly inode: bigint; readonly from: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly inode: bigint; readonly path: string }
  | { readonly kind: 'mark'; readonly octets: Buffer };

/** Kind, inode, offset, two lengths. */
const HEAD_OCTETS = 25;

export function readRecord(record: Buffer): readonly DiskEvent[] {
  const events: DiskEvent[] = [];
  for (let at = 0; at < record.length;) {
    const kind = String.fromCodePoint(record.readUInt8(at));
    const inode = record.readBigUInt64LE(at + 1);
    const offset = Number(record.readBigUInt64LE(at + 9));
    const one = record.subarray(at + HEAD_OCTETS, at + HEAD_OCTETS + record.readUInt32LE(at + 17));
    const end = at + HEAD_OCTETS + one.length + record.readUInt32LE(at + 21);
    const two = record.subarray(at + HEAD_OCTETS + one.length, end);
    events.push(eventOf(kind, { inode, offset, one, two }));
    at = end;
  }
  return events;
}

interface Parts {
  readonly inode: bigint;
  readonly offset: number;
  readonly one: Buffer;
  readonly two: Buffer;
}

function eventOf(kind: string, { inode, offset, one, two }: Parts): DiskEvent {
  switch (kind) {
    case 'c': return { kind: 'create', inode, path: one.toString() };
    case 'd': return { kind: 'folder', inode, path: one.toString() };
    case 'w': return { kind: 'write', inode, offset, octets: one };
    case 't': return { kind: 'truncate', inode, length: offset };
    case 's': return { kind: 'sync', inode };
    case 'f': return { kind: 'failed', inode };
    case 'r': return { kind: 'rename', inode, from: one.toString(), to: two.toString() };
    case 'u': return { kind: 'unlink', inode, path: one.toString() };
    case 'm': return { kind: 'mark', octets: one };
    default: throw new Error(`the record has an event of kind ${kind}`);
  }
}

/**
 * Gives every message and spooled letter of older books its checksum.
 *
 * Messages go in the order of their key; the spool, which is short, with the first of them.
 */
import type { Database } from 'better-sqlite3';
import {
  contentChecksum, type ContentFields, joined, messageChecksum, type MessageFields, type MessageState, prefixChecksum, recipientChecksum, type RecipientFields,
  spoolChecksum, type SpoolFields, stateChecksum,
} from '../checksum.ts';
import type { Fill, Filled } from './fill.ts';

type MessageRow = MessageFields & MessageState & ContentFields & { readonly contentPrefix: Buffer | null };
type SpoolRow = SpoolFields & ContentFields;

export const fillChecksums: Fill = {
  total: (db) => Number(db.prepare('SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM spool)').pluck().get()),
  batch(db, cursor, rows) {
    if (cursor === '') fillSpool(db);
    return fillMessages(db, cursor, rows);
  },
};

function fillMessages(db: Database, cursor: string, rows: number): Filled {
  const after: readonly number[] = cursor === '' ? [0, 0, 0] : JSON.parse(cursor);
  const found = db.prepare<unknown[], MessageRow>(`
    SELECT m.account, m.mailbox, m.uid, m.born, m.content, m.prefix_start AS prefixStart, m.prefix_end AS prefixEnd, m.octets,
      m.internal_date AS internalDate, m.saved_at AS savedAt, m.modseq, m.flags AS bits, m.keywords,
      c.letter, c.size, c.sha256, c.cuts, c.summary, substr(c.prefixes, m.prefix_start + 1, m.prefix_end - m.prefix_start) AS contentPrefix
    FROM message m JOIN content c ON c.id = m.content
    WHERE (m.account, m.mailbox, m.uid) > (?, ?, ?) ORDER BY m.account, m.mailbox, m.uid LIMIT ?`).all(...after, rows);
  const set = db.prepare('UPDATE message SET checksum = ? WHERE account = ? AND mailbox = ? AND uid = ?');
  for (const row of found) {
    const prefix = prefixChecksum(row.contentPrefix ?? Buffer.alloc(0));
    set.run(joined(contentChecksum(row), prefix, messageChecksum(row), stateChecksum(row)), row.account, row.mailbox, row.uid);
  }
  const last = found.at(-1);
  return { rows: found.length, cursor: last === undefined || found.length < rows ? undefined : JSON.stringify([last.account, last.mailbox, last.uid]) };
}

function fillSpool(db: Database): void {
  const letters = db.prepare<unknown[], SpoolRow>(`
    SELECT s.id, s.letter, s.accepted_at AS acceptedAt, s.reverse_path AS reversePath, s.body, s.is_smtp_utf8 AS isSmtpUtf8,
      s.is_tls_required AS isTlsRequired, s.envelope_id AS envelopeId, s.ret, s.prefix, s.expires_at AS expiresAt,
      c.size, c.sha256, c.cuts, c.summary
    FROM spool s JOIN content c ON c.id = s.id`).all();
  const setLetter = db.prepare('UPDATE spool SET checksum = ? WHERE id = ?');
  for (const row of letters) setLetter.run(joined(contentChecksum(row), spoolChecksum(row)), row.id);
  const recipients = db.prepare<unknown[], RecipientFields>(`
    SELECT spool, position, address, route, notify, original_recipient AS originalRecipient FROM spool_recipient`).all();
  const setRecipient = db.prepare('UPDATE spool_recipient SET checksum = ? WHERE spool = ? AND position = ?');
  for (const row of recipients) setRecipient.run(recipientChecksum(row), row.spool, row.position);
}

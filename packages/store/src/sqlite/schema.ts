/**
 * The tables, step by step as they came to be; `migrate.ts` takes the steps.
 *
 * Account first in every key; contents are the one thing that accounts share. `content`,
 * `note` and `spool` rows of one acceptance have the same number. Counters are kept where
 * they are asked for often; JSON columns are never looked into by SQL.
 */
import { fillChecksums } from './fills/checksums.ts';
import type { Fill } from './fills/fill.ts';

const DIRECTORY = `
  -- The last number given out, by what it counts.
  CREATE TABLE sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE account (
    id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
    modseq INTEGER NOT NULL, argon2id TEXT, scram_sha256 TEXT
  ) STRICT;

  CREATE TABLE alias (address TEXT PRIMARY KEY, targets TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE dkim_key (
    domain TEXT NOT NULL, selector TEXT NOT NULL, algorithm TEXT NOT NULL,
    private_key TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (domain, selector)
  ) STRICT, WITHOUT ROWID;
`;

const MAILBOXES = `
  CREATE TABLE mailbox (
    account INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, special_use TEXT,
    uid_validity INTEGER NOT NULL, uid_next INTEGER NOT NULL, highest_modseq INTEGER NOT NULL,
    recent_from INTEGER NOT NULL, messages INTEGER NOT NULL, unseen INTEGER NOT NULL,
    deleted INTEGER NOT NULL, octets INTEGER NOT NULL,
    PRIMARY KEY (account, id), UNIQUE (account, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE subscription (account INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID;

  -- born: the modseq it came with, which ascends with the UID; most messages never have another,
  -- so only those that do are found by it. prefix_start and prefix_end count in the
  -- content's prefixes.
  CREATE TABLE message (
    account INTEGER NOT NULL, mailbox INTEGER NOT NULL, uid INTEGER NOT NULL,
    born INTEGER NOT NULL, modseq INTEGER NOT NULL, flags INTEGER NOT NULL, keywords TEXT, content INTEGER NOT NULL,
    prefix_start INTEGER NOT NULL, prefix_end INTEGER NOT NULL, octets INTEGER NOT NULL,
    internal_date INTEGER NOT NULL, saved_at INTEGER NOT NULL,
    PRIMARY KEY (account, mailbox, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX message_changed ON message (account, mailbox, modseq) WHERE modseq <> born;

  -- One row an act: the UIDs that went with it, as a UID set.
  CREATE TABLE vanished (
    account INTEGER NOT NULL, mailbox INTEGER NOT NULL, modseq INTEGER NOT NULL, uids TEXT NOT NULL,
    PRIMARY KEY (account, mailbox, modseq)
  ) STRICT, WITHOUT ROWID;

  -- Removed mailboxes whose messages are still to be swept away.
  CREATE TABLE doomed (account INTEGER NOT NULL, mailbox INTEGER NOT NULL, PRIMARY KEY (account, mailbox)) STRICT, WITHOUT ROWID;
`;

const CONTENTS = `
  -- octets last: rows are read without them. file: on the shelf, with the sizes of its frames.
  CREATE TABLE content (
    id INTEGER PRIMARY KEY, letter TEXT NOT NULL, size INTEGER NOT NULL, sha256 BLOB NOT NULL,
    cuts TEXT, encoding TEXT NOT NULL, file TEXT, frames BLOB,
    summary TEXT NOT NULL, prefixes BLOB NOT NULL, octets BLOB
  ) STRICT;
  CREATE INDEX content_file ON content (file) WHERE file IS NOT NULL;

  -- How many messages and spooled letters use a content; no row: one.
  CREATE TABLE shared (content INTEGER PRIMARY KEY, uses INTEGER NOT NULL) STRICT;

  -- Contents that nothing uses any more, to be swept away.
  CREATE TABLE unused (content INTEGER PRIMARY KEY) STRICT;
`;

const SPOOL = `
  -- open: how many of its recipients are not final.
  CREATE TABLE spool (
    id INTEGER PRIMARY KEY, letter TEXT NOT NULL UNIQUE, accepted_at INTEGER NOT NULL,
    reverse_path TEXT, body TEXT NOT NULL, is_smtp_utf8 INTEGER NOT NULL, is_tls_required INTEGER NOT NULL,
    envelope_id TEXT, ret TEXT, prefix BLOB NOT NULL, expires_at INTEGER NOT NULL,
    open INTEGER NOT NULL, is_held INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX spool_finished ON spool (id) WHERE open = 0;

  CREATE TABLE spool_recipient (
    spool INTEGER NOT NULL, position INTEGER NOT NULL, address TEXT NOT NULL, route TEXT NOT NULL,
    notify TEXT, original_recipient TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL, lease INTEGER, remark TEXT, is_notified INTEGER NOT NULL,
    PRIMARY KEY (spool, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX spool_due ON spool_recipient (next_at) WHERE state IN ('waiting', 'leased');
`;

const LEDGER = `
  -- A letter, with the entries that its acceptance brought and where it was placed.
  CREATE TABLE note (
    id INTEGER PRIMARY KEY, letter TEXT NOT NULL, at INTEGER NOT NULL, sender TEXT NOT NULL,
    recipients TEXT NOT NULL, message_id TEXT, subject TEXT, octets INTEGER NOT NULL,
    entries TEXT NOT NULL, placed TEXT NOT NULL
  ) STRICT;

  -- What notes are found by: letter ids, Message-IDs, addresses. Written later, when nobody
  -- waits, since such keys come in no order; how far is in sequence 'note-keys'.
  CREATE TABLE note_key (key TEXT NOT NULL, note INTEGER NOT NULL, PRIMARY KEY (key, note)) STRICT, WITHOUT ROWID;

  -- Later acts: on one letter, or a person's on messages of a mailbox (uids: a UID set).
  CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, letter TEXT, account INTEGER, mailbox INTEGER,
    recipient TEXT, act TEXT NOT NULL, uids TEXT, detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ledger_letter ON ledger (letter) WHERE letter IS NOT NULL;
  CREATE INDEX ledger_mailbox ON ledger (account, mailbox) WHERE letter IS NULL;
`;

/** Version 2: every message and spooled letter has a checksum; see checksum.ts. */
const CHECKSUMS = `
  ALTER TABLE message ADD COLUMN checksum INTEGER;
  ALTER TABLE spool ADD COLUMN checksum INTEGER;
  ALTER TABLE spool_recipient ADD COLUMN checksum INTEGER;

  -- Steps whose rows are still being filled in, and how far that is.
  CREATE TABLE filling (version INTEGER PRIMARY KEY, cursor TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL) STRICT;
`;

/** Version 3: from a letter to its copies in mailboxes, in the order of arrival. */
const COPIES = 'CREATE INDEX message_content ON message (content);';

/** Version 4: quotas. */
const QUOTAS = `
  -- What an account holds, and its own limits: null as configured, -1 none.
  ALTER TABLE account ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE account ADD COLUMN octets INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE account ADD COLUMN limit_messages INTEGER;
  ALTER TABLE account ADD COLUMN limit_octets INTEGER;
  UPDATE account SET
    messages = (SELECT coalesce(sum(m.messages), 0) FROM mailbox m WHERE m.account = account.id),
    octets = (SELECT coalesce(sum(m.octets), 0) FROM mailbox m WHERE m.account = account.id);

  -- The sums over all accounts of a domain.
  CREATE TABLE domain_usage (domain TEXT PRIMARY KEY, messages INTEGER NOT NULL, octets INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- The domain begins behind the last @, which is where the characters that are no @ end from the right.
  INSERT INTO domain_usage (domain, messages, octets)
    SELECT substr(address, length(rtrim(address, replace(address, '@', ''))) + 1) AS domain, sum(messages), sum(octets)
    FROM account GROUP BY domain;
`;

/** Version 5: contents whose entry in the search index is out of date: gone, or given to more people. */
const SEARCH = 'CREATE TABLE search_due (id INTEGER PRIMARY KEY AUTOINCREMENT, content INTEGER NOT NULL) STRICT;';

/** Version 6: what was deleted is kept for a while. */
const KEPT = `
  -- Messages that left a mailbox, in the order of leaving: expunged, with their contents still in
  -- use, or moved on (to_mailbox, to_uid), with nothing in use. The columns are those of message.
  CREATE TABLE gone (
    id INTEGER PRIMARY KEY, gone_at INTEGER NOT NULL, account INTEGER NOT NULL, mailbox INTEGER NOT NULL, uid INTEGER NOT NULL,
    flags INTEGER NOT NULL, keywords TEXT, content INTEGER NOT NULL, prefix_start INTEGER NOT NULL, prefix_end INTEGER NOT NULL,
    octets INTEGER NOT NULL, internal_date INTEGER NOT NULL, saved_at INTEGER NOT NULL,
    to_mailbox INTEGER, to_uid INTEGER, checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX gone_message ON gone (account, mailbox, uid);

  -- Mailboxes that were removed; their messages stay as they are, under the mailbox's number.
  CREATE TABLE removed_mailbox (
    account INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, special_use TEXT, removed_at INTEGER NOT NULL,
    PRIMARY KEY (account, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX removed_mailbox_at ON removed_mailbox (removed_at);
`;

/** Version 7: what people may do in mailboxes of others, and what they note about mailboxes. */
const SHARING = `
  -- who: an account, or 0 for anyone.
  CREATE TABLE acl (
    account INTEGER NOT NULL, mailbox INTEGER NOT NULL, who INTEGER NOT NULL, rights TEXT NOT NULL, PRIMARY KEY (account, mailbox, who)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX acl_who ON acl (who);

  -- mailbox: 0 for the account as a whole; holder: whose it is, 0 for everyone's.
  CREATE TABLE annotation (
    account INTEGER NOT NULL, mailbox INTEGER NOT NULL, holder INTEGER NOT NULL, entry TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (account, mailbox, holder, entry)
  ) STRICT, WITHOUT ROWID;
`;

/** Version 8: letters whose 250 may not have been heard; see ../retries.ts. */
const RETRIES = `
  -- A key, and the id of the session behind it; null where the letter is not to be known again.
  ALTER TABLE note ADD COLUMN retry BLOB;

  -- Of the notes up to sequence 'heard', those that were not; written when the program ends in order.
  CREATE TABLE unheard (letter TEXT PRIMARY KEY, at INTEGER NOT NULL, retry BLOB NOT NULL) STRICT, WITHOUT ROWID;
`;

/** How books become those of the next version: tables at once, then rows in batches, if there are any to be filled in. */
export interface Step {
  readonly sql: string;
  readonly fill?: Fill;
}

/** The step at index n makes version n + 1 of version n. Never changed once released; only added to. */
export const STEPS: readonly Step[] = [
  { sql: DIRECTORY + MAILBOXES + CONTENTS + SPOOL + LEDGER },
  { sql: CHECKSUMS, fill: fillChecksums },
  { sql: COPIES },
  { sql: QUOTAS },
  { sql: SEARCH },
  { sql: KEPT },
  { sql: SHARING },
  { sql: RETRIES },
];

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = STEPS.length;

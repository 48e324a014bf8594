/**
 * The API over books in memory, and letters to put into them.
 */
import type { FastifyInstance } from 'fastify';
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import { summarize } from '@posthorn/mail/summary.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { Account } from '@posthorn/store/accounts.ts';
import { openSqliteStore } from '@posthorn/store/sqlite/open.ts';
import type { Store } from '@posthorn/store/store.ts';
import { SimClock } from '@posthorn/world/sim/clock.ts';
import { MemoryLog } from '@posthorn/world/sim/log.ts';
import { testApi } from './api.ts';
import type { ApiOptions } from '../options.ts';

export interface LetterDesk {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly clock: SimClock;
  account(address: string): Promise<Account>;
  /** Puts a letter into the INBOX of each of these; gives its id. `lines` are joined with CRLF. */
  deliver(lines: string | readonly string[], options?: { readonly to?: readonly string[]; readonly sender?: string; readonly id?: string }): Promise<string>;
  get<T = unknown>(url: string): Promise<{ readonly status: number; readonly body: T; readonly headers: Readonly<Record<string, unknown>>; readonly text: string }>;
  send(method: 'POST' | 'PATCH' | 'DELETE' | 'PUT', url: string, body: object): Promise<{ readonly status: number; readonly body: unknown }>;
  letter(id: string): LetterId;
  close(): Promise<void>;
}

export const PREFIX = Buffer.from('Delivered-To: eve@elm.test\r\n');

export async function openLetterDesk(changes: Partial<ApiOptions> = {}): Promise<LetterDesk> {
  const clock = new SimClock();
  const store = await openSqliteStore({ path: ':memory:', clock, log: new MemoryLog() });
  const { app } = testApi({ store, clock, ...changes });
  let letters = 0;
  const account = async (address: string): Promise<Account> => (await store.accounts.add({ address, at: clock.now() })).account;
  return {
    app, store, clock, account,
    async deliver(lines, { to = ['eve@elm.test'], sender = 'ann@ash.test', id } = {}) {
      letters += 1;
      const letter = letterId(id ?? `letter${letters}`);
      const octets = Buffer.from(typeof lines === 'string' ? lines : lines.join('\r\n'));
      const intake = store.contents.receive();
      await intake.write(octets);
      const parser = new StructureParser();
      parser.push(octets);
      const { structure, header } = parser.end();
      const accounts = await Promise.all(to.map(account));
      await store.accept({
        letter, at: clock.now(), sender, content: await intake.finish(), cuts: [], summary: summarize({ prefix: PREFIX, header, cuts: [], structure }),
        placements: accounts.map(({ id: its, address }) => ({ account: its, mailbox: 'INBOX', prefix: PREFIX, flags: [], internalDate: clock.now(), recipient: address })),
        ledger: [{ at: clock.now(), letter, act: 'accepted', detail: {} }], beliefs: [],
      });
      return letter;
    },
    async get(url) {
      const { statusCode, headers, body } = await app.inject({ url });
      return { status: statusCode, headers, text: body, body: String(headers['content-type']).includes('json') ? JSON.parse(body) : undefined };
    },
    async send(method, url, body) {
      const response = await app.inject({ method, url, payload: body });
      return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
    },
    letter: letterId,
    async close() {
      await app.close();
      await store.close();
    },
  };
}

/** A letter with text, HTML with an image, and an attachment. */
export const WHOLE = [
  'From: =?utf-8?Q?J=C3=BCrgen?= <juergen@ash.test>', 'To: Eve <eve@elm.test>, bob@elm.test', 'Cc: carl@elm.test', 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
  'Message-ID: <whole@ash.test>', 'Date: Thu, 01 Jan 2026 10:00:00 +0100', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=mixed', '',
  '--mixed', 'Content-Type: multipart/related; boundary=related', '',
  '--related', 'Content-Type: multipart/alternative; boundary=alternative', '',
  '--alternative', 'Content-Type: text/plain; charset=utf-8; format=flowed', 'Content-Transfer-Encoding: 8bit', '', 'Liebe Eve, der Plan ist ', 'gut. Dein Code: 123456', '',
  '--alternative', 'Content-Type: text/html; charset=iso-8859-1', 'Content-Transfer-Encoding: quoted-printable', '', '<p>Liebe <b>Eve</b>, sch=F6n. <img src=3D"cid:logo@ash"></p>', '',
  '--alternative--', '', '--related', 'Content-Type: image/png; name=logo.png', 'Content-ID: <logo@ash>', 'Content-Disposition: inline', 'Content-Transfer-Encoding: base64', '', 'iVBORw0KGgo=', '',
  '--related--', '', '--mixed', 'Content-Type: application/pdf', 'Content-Disposition: attachment; filename="../../in\u202Evoice.pdf"', 'Content-Transfer-Encoding: base64', '', 'JVBERi0=', '', '--mixed--', '',
] as const;

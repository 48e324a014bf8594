/**
 * Deletes what has been in a mailbox for too long, a page of mailboxes or of letters at a time.
 */
import type { Database, Statement } from 'better-sqlite3';
import { accountId, mailboxId } from '../../ids.ts';
import type { ExpireAnswer } from '../../kept.ts';
import { UIDS_PER_ACT } from '../../messages.ts';
import type { RequestOf } from '../requests.ts';
import type { MessageActs } from './message-acts.ts';

const MAILBOXES_PER_ACT = 500;

interface Row {
  readonly account: number;
  readonly id: number;
  readonly name: string;
  readonly specialUse: string | null;
}

export class ExpireActs {
  readonly #messages: MessageActs;
  readonly #page: Statement<[account: number, mailbox: number, limit: number], Row>;

  constructor(db: Database, messages: MessageActs) {
    this.#messages = messages;
    this.#page = db.prepare(`
      SELECT account, id, name, special_use AS specialUse FROM mailbox WHERE (account, id) > (?, ?) ORDER BY account, id LIMIT ?`);
  }

  expire({ rules, past, at }: RequestOf<'expire'>): ExpireAnswer {
    const page = this.#page.all(past?.account ?? 0, past?.mailbox ?? 0, MAILBOXES_PER_ACT);
    for (const { account, id, name, specialUse } of page) {
      const rule = rules.find(({ mailbox }) => mailbox === name || mailbox === specialUse);
      const expired = rule === undefined ? 0 : this.#messages.expire({ account: accountId(account), mailbox: mailboxId(id) }, { before: rule.before, at });
      // A full page may not have been all: the same mailbox comes again.
      if (expired > 0) return { expired, next: { account: accountId(account), mailbox: mailboxId(expired < UIDS_PER_ACT ? id : id - 1) } };
    }
    const last = page.length < MAILBOXES_PER_ACT ? undefined : page.at(-1);
    return last === undefined ? { expired: 0 } : { expired: 0, next: { account: accountId(last.account), mailbox: mailboxId(last.id) } };
  }
}

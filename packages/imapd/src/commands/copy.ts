/**
 * COPY and MOVE, by sequence number or UID. RFC 9051 §6.4.7, §6.4.8; RFC 4315 (COPYUID); RFC 6851 (MOVE).
 */
import { copyUidCode, untagged } from '@posthorn/imap/response.ts';
import type { Transfer, TransferAnswer } from '@posthorn/store/messages.ts';
import { type MailboxExchange, reaching } from '../exchange.ts';
import { withoutOf } from '../flag-rights.ts';
import { type Reply, bad, no, noPermission, ok, overQuota } from '../reply.ts';
import type { CommandNamed } from './command.ts';
import { concludeRemoval } from './expunge.ts';

export async function copy(exchange: MailboxExchange, command: CommandNamed<'COPY'>): Promise<Reply> {
  const { session, selected } = exchange;
  const { store, clock } = session.services;
  const uids = selected.view.resolve(command.set, command.isUid);
  if (uids === undefined) return bad('There is no message of that number');
  if (!selected.access.may('read')) return noPermission();
  return into(exchange, command, async (target) => {
    if (uids.length === 0) return nothingThere();
    const answer = await store.messages.copy({ ...selected.key, uids, ...target, at: clock.now() });
    // The target may be this very mailbox.
    selected.ring();
    if (answer.kind === 'no-mailbox') return noTarget();
    if (answer.kind === 'over-quota') return overQuota();
    const code = copyUid(answer);
    return code === undefined ? nothingThere() : ok('COPY done', code);
  });
}

export async function move(exchange: MailboxExchange, command: CommandNamed<'MOVE'>): Promise<Reply> {
  const { session, selected, out } = exchange;
  const { store, clock } = session.services;
  if (selected.isReadOnly) return no('READ-ONLY', 'The mailbox is open for reading only');
  const uids = selected.view.resolve(command.set, command.isUid);
  if (uids === undefined) return bad('There is no message of that number');
  if (!selected.access.may('move out')) return noPermission();
  return into(exchange, command, async (target) => {
    if (uids.length === 0) return nothingThere();
    const answer = await store.messages.move({ ...selected.key, uids, ...target, at: clock.now() });
    selected.ring();
    if (answer.kind === 'no-mailbox') return noTarget();
    if (answer.kind === 'over-quota') return overQuota();
    const code = copyUid(answer);
    if (code === undefined) return nothingThere();
    // RFC 6851 §4.3: COPYUID goes ahead, untagged, before the EXPUNGEs.
    out.write(untagged(ok('Moved', code)));
    return concludeRemoval(exchange, 'MOVE done');
  });
}

type Target = Pick<Transfer, 'target' | 'targetAccount' | 'limits' | 'without'>;

/** The mailbox that letters go into, with what holds there. */
async function into(exchange: MailboxExchange, { mailbox }: CommandNamed<'COPY' | 'MOVE'>, run: (target: Target) => Promise<Reply>): Promise<Reply> {
  return reaching(exchange, { name: mailbox, purpose: 'copy into', absent: 'TRYCREATE' }, async (access) => {
    const { account, mailbox: target } = access.key;
    const limits = await exchange.session.services.directory.limitsOf(account);
    return run({ target, targetAccount: account, ...(limits === undefined ? {} : { limits }), ...withoutOf(access) });
  });
}

/** RFC 4315 §3: no COPYUID where nothing was copied. */
function copyUid({ uidValidity, pairs }: Extract<TransferAnswer, { kind: 'done' }>): string | undefined {
  return pairs.length === 0 ? undefined : copyUidCode(uidValidity, pairs);
}

/** RFC 2180 §4.4: all of them are gone, or the UIDs never were. */
function nothingThere(): Reply {
  return ok('None of these messages is there');
}

/** RFC 9051 §6.4.7. */
function noTarget(): Reply {
  return no('TRYCREATE', 'There is no such mailbox');
}

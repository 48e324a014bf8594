/**
 * GETQUOTA and GETQUOTAROOT. RFC 9208.
 *
 * A quota root is an account, or a domain whose accounts share one. Who sets quotas is the
 * operator: SETQUOTA is not offered (§3.1.1). STORAGE counts in units of 1024 octets (§5.1).
 */
import type { Quota } from '@posthorn/directory/quota-desk.ts';
import { quotaLine, quotaRootLine } from '@posthorn/imap/sharing-response.ts';
import { type KnownExchange, reaching } from '../exchange.ts';
import { type Reply, no, ok } from '../reply.ts';
import type { CommandNamed } from './command.ts';

const STORAGE_UNIT = 1024;

export async function getQuotaRoot(exchange: KnownExchange, { mailbox }: CommandNamed<'GETQUOTAROOT'>): Promise<Reply> {
  const { session, out } = exchange;
  return reaching(exchange, { name: mailbox, purpose: 'ask quota' }, async ({ key, name }) => {
    const quotas = await session.services.directory.quotasOf(key.account);
    out.write(quotaRootLine(name, quotas.map(({ of }) => of), session.dialect));
    for (const quota of quotas) out.write(lineOf(quota));
    return ok('GETQUOTAROOT done');
  });
}

/** RFC 9208 §4.1.1: of one's own roots only. */
export async function getQuota({ session, account, out }: KnownExchange, { root }: CommandNamed<'GETQUOTA'>): Promise<Reply> {
  const quota = (await session.services.directory.quotasOf(account.id)).find(({ of }) => of === root);
  if (quota === undefined) return no('NONEXISTENT', 'There is no such quota root');
  out.write(lineOf(quota));
  return ok('GETQUOTA done');
}

function lineOf({ of, usage, limits }: Quota): string {
  return quotaLine(of, [
    ...(limits.octets === undefined ? [] : [{ name: 'STORAGE', usage: Math.ceil(usage.octets / STORAGE_UNIT), limit: Math.floor(limits.octets / STORAGE_UNIT) }]),
    ...(limits.messages === undefined ? [] : [{ name: 'MESSAGE', usage: usage.messages, limit: limits.messages }]),
  ]);
}

/**
 * Reads the newsletter's mailbox over IMAP: bounces and answers.
 */
import { ImapFlow } from 'imapflow';
import { NEWS_ADDRESS } from './mailer.ts';

export interface Incoming {
  /** Addresses that are gone for good. */
  readonly bounced: readonly string[];
  readonly answers: readonly { readonly from: string; readonly subject: string; readonly text: string }[];
}

/** Takes what has come, and marks it as seen. */
export async function readMailbox(imap: { readonly host: string; readonly port: number }): Promise<Incoming> {
  const bounced: string[] = [];
  const answers: { from: string; subject: string; text: string }[] = [];
  const client = new ImapFlow({ ...imap, secure: false, logger: false, auth: { user: NEWS_ADDRESS, pass: process.env['IMAP_PASSWORD'] ?? 'secret' } });
  await client.connect();
  try {
    await client.mailboxOpen('INBOX');
    const unseen = await client.search({ seen: false }) || [];
    for (const number of unseen) {
      const letter = await client.fetchOne(String(number), { source: true, envelope: true });
      if (letter === false || letter.source === undefined) continue;
      const source = letter.source.toString();
      const failed = /^Final-Recipient: rfc822; ?(\S+)\r?\nAction: failed/im.exec(source)?.[1];
      if (failed !== undefined) bounced.push(failed);
      else if (!/^Auto-Submitted: (?!no)/im.test(source)) answers.push({ from: letter.envelope?.from?.at(0)?.address ?? '', subject: letter.envelope?.subject ?? '', text: firstLines(source) });
      await client.messageFlagsAdd(String(number), ['\\Seen']);
    }
  } finally {
    await client.logout();
  }
  return { bounced, answers };
}

/** What the person wrote, without what is quoted below. */
function firstLines(source: string): string {
  const body = source.slice(source.indexOf('\r\n\r\n') + 4);
  return body.split(/\r?\n\r?\nOn .* wrote:/)[0]?.trim() ?? '';
}

/**
 * A letter that comes over the API, taken in by the same session as one that comes over SMTP.
 */
import type { SubmitAnswer, SubmitPort } from '@posthorn/httpd/ports.ts';
import type { EnvelopeRecipient, SmtpEnvelope } from '@posthorn/mail/envelope.ts';
import { isInternational } from '@posthorn/mail/address.ts';
import { LineEndingNormaliser } from '@posthorn/mail/line-endings.ts';
import { letterId } from '@posthorn/store/ids.ts';
import type { Reply } from '@posthorn/smtpd/reply.ts';
import type { Client, OpenSession, Session } from '@posthorn/smtpd/session.ts';
import { identifier } from '@posthorn/world/random.ts';
import type { Random } from '@posthorn/world/random.ts';

const SESSION_ID_LENGTH = 10;

export function createSubmit(sessions: () => OpenSession, random: Random): SubmitPort {
  return {
    async submit({ sender, recipients, content }) {
      const session = sessions()(clientOf(random));
      const isSmtpUtf8 = [...recipients, ...(sender === null ? [] : [sender])].some((address) => isInternational(address));
      const mail = { reversePath: sender, body: '8BITMIME', isSmtpUtf8, isTlsRequired: false } as const;
      const said = await session.mail(mail);
      if (said.code >= 400) return refused(said);
      const accepted: EnvelopeRecipient[] = [];
      for (const address of recipients) {
        const answer = await session.rcpt({ address }, mail, accepted);
        if (answer.code >= 400) return refused(answer, `${address.localPart}@${address.domain}: `);
        accepted.push({ address });
      }
      return take(session, { ...mail, recipients: accepted }, content);
    },
  };
}

async function take(session: Session, envelope: SmtpEnvelope, content: AsyncIterable<Buffer>): Promise<SubmitAnswer> {
  const intake = session.receive(envelope);
  const lines = new LineEndingNormaliser();
  let isEightBit = false;
  try {
    for await (const chunk of content) {
      isEightBit ||= chunk.some((octet) => octet > 127);
      await intake.write(lines.push(chunk));
    }
  } catch (error) {
    await intake.discard();
    throw error;
  }
  const [said] = await intake.finish({ isEightBit });
  if (said === undefined) throw new TypeError('a session that gives no reply');
  if (said.code >= 400) return refused(said);
  // The session says `… as ID`, as to any client.
  const text = typeof said.text === 'string' ? said.text : said.text.join(' ');
  return { kind: 'accepted', letter: letterId(text.slice(text.lastIndexOf(' ') + 1)) };
}

function refused({ code, status, text }: Reply, about = ''): SubmitAnswer {
  return { kind: 'refused', code, status, text: `${about}${typeof text === 'string' ? text : text.join(' ')}` };
}

function clientOf(random: Random): Client {
  return {
    listener: 'control', session: identifier(random, SESSION_ID_LENGTH), remoteAddress: '', remotePort: 0, helo: 'localhost', greeting: 'EHLO', tls: undefined,
  };
}

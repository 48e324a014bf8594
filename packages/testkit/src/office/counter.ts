/**
 * Where letters of the other side are handed in: the same door as `POST /rest/v1/send`.
 */
import { type Address, parseAddress } from '@posthorn/mail/address.ts';
import type { Host } from '@posthorn/server/host.ts';
import type { Outgoing, Sent } from '../conversation/outgoing.ts';

/** The post office did not take the letter of the other side. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

export async function handIn(host: Host, { sender, recipients, content, messageId }: Outgoing): Promise<Sent> {
  const answer = await host.submit.submit({
    sender: sender === '' ? null : addressOf(sender),
    recipients: recipients.map(addressOf),
    content: once(content),
  });
  if (answer.kind === 'refused') throw new NotTaken(`${answer.code} ${answer.status} ${answer.text}`);
  return { messageId };
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new NotTaken(`“${text}” is no address`);
  return address;
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

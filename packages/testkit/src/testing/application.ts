/**
 * An application under test, as far as mail goes: nodemailer, as most of them use it.
 */
import { createTransport, type SendMailOptions } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';
import type { PostOffice } from '../office/office.ts';

/** Sends over a connection of its own. Rejects with what the server said. */
export async function send(mail: Pick<PostOffice, 'smtp'>, letter: SendMailOptions, options: SMTPTransport.Options = {}): Promise<void> {
  const transport = createTransport({ url: mail.smtp.url, ...options });
  try {
    await transport.sendMail({ from: 'App <app@shop.test>', subject: 'Hello', text: 'It works.', ...letter });
  } finally {
    transport.close();
  }
}

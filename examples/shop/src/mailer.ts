/**
 * The letters that the shop sends.
 */
import { createTransport, type Transporter } from 'nodemailer';

const SENDER = 'Shop <hello@shop.test>';
/** Bounces of the newsletter come back to it, and are read from its mailbox. */
export const NEWS_ADDRESS = 'news@shop.test';

export class Mailer {
  readonly #transport: Transporter;
  readonly #home: string;

  constructor(smtpUrl: string, home: string) {
    this.#transport = createTransport(smtpUrl);
    this.#home = home;
  }

  async confirmation(to: string, code: string): Promise<void> {
    await this.#transport.sendMail({
      from: SENDER, to, subject: 'Confirm your address',
      text: `Welcome!\n\nYour confirmation code is ${code}. It is good for ten minutes.\n`,
      html: `<p>Welcome!</p><p>Your confirmation code is <b>${code}</b>. It is good for ten minutes.</p>`,
    });
  }

  async passwordReset(to: string, token: string): Promise<void> {
    const url = `${this.#home}/reset?token=${token}`;
    await this.#transport.sendMail({
      from: SENDER, to, subject: 'Choose a new password',
      text: `Somebody asked for a new password. Choose one here:\n\n${url}\n\nIf it was not you, do nothing.\n`,
      html: `<p>Somebody asked for a new password.</p><p><a href="${url}">Choose a new one</a></p><p>If it was not you, do nothing.</p>`,
    });
  }

  async news(to: string, token: string, news: { readonly subject: string; readonly text: string }): Promise<void> {
    const url = `${this.#home}/newsletter/leave?u=${token}`;
    await this.#transport.sendMail({
      from: `Shop news <${NEWS_ADDRESS}>`, to, subject: news.subject,
      text: `${news.text}\n\nUnsubscribe: ${url}\n`,
      html: `<p>${news.text}</p><p><a href="${url}">Unsubscribe</a></p>`,
      headers: { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    });
  }

  close(): void {
    this.#transport.close();
  }
}

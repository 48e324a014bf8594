/**
 * The shop: sign-up with a confirmation code, password reset, a newsletter that people can leave.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { readMailbox } from './mailbox.ts';
import { Mailer } from './mailer.ts';

export interface ShopOptions {
  readonly smtpUrl: string;
  readonly imap: { readonly host: string; readonly port: number };
}

export interface Shop {
  readonly url: string;
  close(): Promise<void>;
}

type Answer = readonly [status: number, body: unknown];

class ShopDesk {
  readonly #mailer: Mailer;
  readonly #imap: ShopOptions['imap'];
  readonly #codes = new Map<string, string>();
  readonly #confirmed = new Set<string>();
  readonly #resets = new Map<string, string>();
  readonly #subscribers = new Map<string, string>();
  readonly #answers: unknown[] = [];

  constructor({ smtpUrl, imap }: ShopOptions, home: string) {
    this.#mailer = new Mailer(smtpUrl, home);
    this.#imap = imap;
  }

  async answer(path: string, query: URLSearchParams, said: Readonly<Record<string, string>>): Promise<Answer> {
    const email = said['email'] ?? '';
    switch (path) {
      case 'POST /sign-up': {
        const code = String(randomInt(100_000, 1_000_000));
        this.#codes.set(email, code);
        await this.#mailer.confirmation(email, code);
        return [202, {}];
      }
      case 'POST /confirm': {
        if (this.#codes.get(email) !== said['code']) return [403, { error: 'wrong code' }];
        this.#confirmed.add(email);
        return [200, { confirmed: email }];
      }
      case 'POST /forgot': {
        const token = randomUUID();
        this.#resets.set(token, email);
        await this.#mailer.passwordReset(email, token);
        return [202, {}];
      }
      case 'POST /reset': {
        const whose = this.#resets.get(query.get('token') ?? '');
        this.#resets.delete(query.get('token') ?? '');
        return whose === undefined ? [410, { error: 'this link is over' }] : [200, { changed: whose }];
      }
      default: return this.#newsletter(path, query, said);
    }
  }

  async #newsletter(path: string, query: URLSearchParams, said: Readonly<Record<string, string>>): Promise<Answer> {
    switch (path) {
      case 'POST /newsletter/subscribe':
        this.#subscribers.set(randomUUID(), said['email'] ?? '');
        return [200, {}];
      case 'POST /newsletter/send':
        for (const [token, address] of this.#subscribers) await this.#mailer.news(address, token, { subject: said['subject'] ?? '', text: said['text'] ?? '' });
        return [202, { letters: this.#subscribers.size }];
      case 'POST /newsletter/leave':
        return this.#subscribers.delete(query.get('u') ?? '') ? [200, {}] : [404, { error: 'not subscribed' }];
      case 'GET /newsletter/subscribers':
        return [200, [...this.#subscribers.values()]];
      case 'POST /newsletter/read-mailbox': {
        const { bounced, answers } = await readMailbox(this.#imap);
        for (const [token, address] of this.#subscribers) if (bounced.includes(address)) this.#subscribers.delete(token);
        this.#answers.push(...answers);
        return [200, { bounced, answers: this.#answers }];
      }
      default: return [404, { error: 'there is nothing here' }];
    }
  }

  close(): void {
    this.#mailer.close();
  }
}

export async function openShop(options: ShopOptions): Promise<Shop> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${portOf(server)}`;
  const desk = new ShopDesk(options, url);
  server.on('request', (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    bodyOf(request).then((said) => desk.answer(`${request.method} ${pathname}`, searchParams, said)).then(
      ([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return {
    url,
    close: async () => {
      desk.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** JSON; anything else says nothing. */
async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text.startsWith('{') ? JSON.parse(text) : {};
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

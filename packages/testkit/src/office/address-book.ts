/**
 * Where a post office is reached, for programs that are told by environment variables.
 */

export interface Door {
  readonly host: string;
  readonly port: number;
  /** `smtp://127.0.0.1:43211` */
  readonly url: string;
}

/** IMAP takes any password. */
export interface ImapDoor extends Door {
  /** How a mail program logs in to read what came to this address. */
  login(address: string): ImapLogin;
}

export interface ImapLogin {
  readonly host: string;
  readonly port: number;
  readonly secure: false;
  readonly auth: { readonly user: string; readonly pass: string };
  /** `imap://ann%40shop.test:any@127.0.0.1:43212` */
  readonly url: string;
}

export interface Doors {
  readonly smtp: Door;
  readonly imap: ImapDoor;
  readonly http: Door;
}

const PASSWORD = 'any';

export function doorAt(scheme: string, { host, port }: { readonly host: string; readonly port: number }): Door {
  return { host, port, url: `${scheme}://${host}:${port}` };
}

export function imapDoorAt(at: { readonly host: string; readonly port: number }): ImapDoor {
  const door = doorAt('imap', at);
  return {
    ...door,
    login: (address) => ({
      host: door.host,
      port: door.port,
      secure: false,
      auth: { user: address, pass: PASSWORD },
      url: `imap://${encodeURIComponent(address)}:${PASSWORD}@${door.host}:${door.port}`,
    }),
  };
}

/** Under the names that frameworks look for: Node and Go programs, Laravel, Symfony, Django, Rails. */
export function environment({ smtp, imap, http }: Doors): Readonly<Record<string, string>> {
  return {
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_URL: smtp.url,
    SMTP_ADDRESS: smtp.host,
    MAIL_MAILER: 'smtp',
    MAIL_HOST: smtp.host,
    MAIL_PORT: String(smtp.port),
    MAILER_DSN: smtp.url,
    EMAIL_HOST: smtp.host,
    EMAIL_PORT: String(smtp.port),
    EMAIL_URL: smtp.url,
    IMAP_HOST: imap.host,
    IMAP_PORT: String(imap.port),
    IMAP_URL: imap.url,
    POSTHORN_URL: http.url,
  };
}

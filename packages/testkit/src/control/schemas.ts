/**
 * JSON schemas of the control API, from which its OpenAPI description is made.
 */
import { ADDRESS, listOf, objectOf, TIME } from '@posthorn/httpd/schemas.ts';

const TEXT = { type: 'string' } as const;
const NUMBER = { type: 'integer' } as const;
export const PATTERN = { type: 'string', maxLength: 1000, description: 'Means itself; between slashes a regular expression: /verify/i' } as const;
export const DURATION = { anyOf: [{ type: 'number', minimum: 0 }, { type: 'string', maxLength: 20 }], description: 'Milliseconds, or 250ms, 5s, 2m, 6h, 5d' } as const;

export const CRITERIA = objectOf({
  subject: PATTERN, from: PATTERN, to: PATTERN, cc: PATTERN, sender: PATTERN, text: PATTERN, html: PATTERN, attachment: PATTERN,
  headers: { type: 'object', additionalProperties: { anyOf: [PATTERN, { type: 'boolean' }] } },
}, []);

const PERSON = objectOf({ name: TEXT, address: TEXT });

export const LETTER = objectOf({
  key: { ...TEXT, description: 'Names this copy in /rest/v1/test/letters/{key}' },
  id: { ...TEXT, description: 'Of its acceptance, as in the answer to the final dot' },
  recipient: TEXT,
  envelope: objectOf({ from: TEXT, to: listOf(TEXT) }),
  session: objectOf({ id: TEXT, listener: TEXT, client: TEXT, helo: TEXT, tls: { type: ['string', 'null'] }, user: { type: ['string', 'null'] } }),
  host: TEXT,
  receivedAt: TIME,
  subject: TEXT, from: PERSON, to: listOf(PERSON), cc: listOf(PERSON), messageId: TEXT, size: NUMBER,
  headers: listOf(TEXT),
  text: TEXT, html: { type: ['string', 'null'] },
  codes: listOf(TEXT),
  links: listOf(objectOf({ url: TEXT, text: TEXT, in: TEXT })),
  attachments: listOf(objectOf({ filename: TEXT, type: TEXT, size: NUMBER, contentId: { type: ['string', 'null'] }, isInline: { type: 'boolean' } })),
  unsubscribe: { anyOf: [{ type: 'null' }, objectOf({ urls: listOf(TEXT), mailto: { type: ['string', 'null'] }, oneClick: { type: ['string', 'null'] } })] },
  calendar: { anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: true }] },
});
export const LETTERS = objectOf({ letters: listOf(LETTER) });
export const INBOX = objectOf({ id: TEXT, address: TEXT });
export const SENT = objectOf({ messageId: TEXT });
export const WRITING = objectOf({ text: TEXT, html: TEXT, subject: TEXT }, []);
export const CODE = objectOf({ code: TEXT, codes: listOf(TEXT) });
export const LINK = objectOf({ url: TEXT });
export const FINDINGS = objectOf({ findings: listOf(objectOf({ rule: TEXT, severity: TEXT, reason: TEXT })) });
export const LINES = objectOf({ lines: listOf(TEXT) });
export const STEPS = objectOf({
  steps: listOf(objectOf({ at: TIME, host: TEXT, act: TEXT, recipient: TEXT, detail: { type: 'object', additionalProperties: true }, transcript: listOf(TEXT) })),
});

const STAGE = { enum: ['connect', 'banner', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'data-end', 'body', 'quit'] } as const;
const CUT = { enum: ['drop', 'reset', 'hang'] } as const;

export const FAULT = objectOf({
  on: { ...objectOf({ stage: STAGE, from: PATTERN, rcpt: PATTERN, client: PATTERN, host: PATTERN, side: { enum: ['receiving', 'sending'] } }, []), minProperties: 1 },
  times: { ...NUMBER, minimum: 1 },
  nth: { ...NUMBER, minimum: 1 },
  delay: DURATION,
  throttle: { ...NUMBER, minimum: 1, description: 'Octets a second' },
  certificate: { enum: ['expired', 'wrong-name', 'untrusted'] },
  reply: { ...TEXT, description: '451 4.7.1 greylisted' },
  cut: CUT,
  acceptThen: { ...CUT, description: 'Does what it should, and loses the reply' },
}, ['on']);

const MX = {
  anyOf: [
    { enum: ['ok', 'down', 'unreachable', 'silent', 'full', 'without-tls'] },
    objectOf({ slow: DURATION }), objectOf({ throttled: NUMBER }), objectOf({ greylisting: DURATION }),
    objectOf({ rejecting: TEXT, stage: STAGE }, ['rejecting']), objectOf({ certificate: { enum: ['expired', 'wrong-name', 'untrusted'] } }),
  ],
} as const;

export const DOMAIN = objectOf({
  mx: { anyOf: [{ enum: ['none'] }, { type: 'array', items: MX, maxItems: 20 }] },
  users: listOf(TEXT),
  dns: { enum: ['failing', 'missing'] },
  judges: { type: 'boolean' },
}, []);
export const HOSTS = objectOf({ hosts: listOf(objectOf({ name: TEXT, address: TEXT, place: { type: ['string', 'null'], description: 'Where a program outside reaches it' } })) });
export const RECORD = objectOf({ a: listOf(TEXT), txt: listOf(TEXT), cname: TEXT, mx: listOf(objectOf({ preference: NUMBER, exchange: TEXT })) }, []);
export const NOW = objectOf({ now: TIME });
export const QUEUE = objectOf({
  letters: listOf(objectOf({
    id: TEXT, sender: TEXT,
    recipients: listOf(objectOf({ address: TEXT, state: TEXT, attempts: NUMBER, nextAt: TIME, remark: { type: ['string', 'null'] } })),
  })),
});
export const OFFICE = objectOf({ smtp: TEXT, imap: TEXT, http: TEXT, env: { type: 'object', additionalProperties: TEXT }, authority: { ...TEXT, description: 'PEM' } });
export { ADDRESS };

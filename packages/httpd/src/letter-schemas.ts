/**
 * JSON schemas of letters, as `@posthorn/web/shapes.ts` has them, with examples.
 */
import { QUERY_CHARS_MAX } from '@posthorn/mail/letter-query.ts';
import { listOf, objectOf, TIME } from './schemas.ts';

const TEXT = { type: 'string' } as const;
const COUNT = { type: 'integer' } as const;
const YES_NO = { type: 'boolean' } as const;

export const LETTER_ID = { type: 'string', minLength: 1, maxLength: 64, examples: ['7f3k9q2m4x8w1c5v'] } as const;
export const QUERY = {
  type: 'string', maxLength: QUERY_CHARS_MAX, examples: ['from:ann subject:"the plan" -is:read after:7d'],
  description: 'Words, "phrases", -not, OR, (brackets), from: to: cc: bcc: addressed: reply-to: subject: body: header:Name=text message-id: filename: tag: is: has: larger: smaller: before: after: in:',
} as const;

const PERSON = objectOf({ name: { ...TEXT, examples: ['Ann Ash'] }, address: { ...TEXT, examples: ['ann@ash.test'] } });

const ITEM = {
  id: LETTER_ID,
  at: TIME,
  from: listOf(PERSON),
  to: listOf(PERSON),
  subject: { ...TEXT, examples: ['The plan'] },
  snippet: { ...TEXT, description: 'The beginning of its text, on one line.', examples: ['We meet at nine.'] },
  octets: COUNT,
  attachments: COUNT,
  isSeen: YES_NO,
  isFlagged: YES_NO,
  isAnswered: YES_NO,
  tags: listOf({ ...TEXT, examples: ['welcome'] }),
  places: listOf(objectOf({ address: { ...TEXT, examples: ['eve@elm.test'] }, mailbox: { ...TEXT, examples: ['INBOX'] } })),
};

export const ITEM_SCHEMA = objectOf(ITEM);

const PART = {
  number: { ...TEXT, description: 'As in IMAP.', examples: ['1.2'] },
  type: { ...TEXT, examples: ['text/html'] },
  charset: TEXT,
  encoding: TEXT,
  disposition: TEXT,
  filename: TEXT,
  contentId: TEXT,
  octets: { ...COUNT, description: 'As encoded.' },
};
const PART_REQUIRED = ['number', 'type', 'encoding', 'octets'];
/** Of trees only the first floor is described; they are as deep as letters are. */
const TREE = { type: 'object', properties: { ...PART, parts: { type: 'array', items: { type: 'object', additionalProperties: true } } }, required: PART_REQUIRED };

export const DETAIL_SCHEMA = objectOf({
  ...ITEM,
  cc: listOf(PERSON),
  bcc: listOf(PERSON),
  replyTo: listOf(PERSON),
  messageId: TEXT,
  sentAt: TIME,
  envelope: objectOf({ sender: TEXT, recipients: listOf(TEXT) }),
  structure: TREE,
  hasHtml: YES_NO,
  attached: listOf(objectOf(PART, PART_REQUIRED)),
}, [...Object.keys(ITEM), 'cc', 'bcc', 'replyTo', 'messageId', 'structure', 'hasHtml', 'attached']);

export const HEADERS_SCHEMA = objectOf({ headers: listOf(objectOf({ name: TEXT, value: TEXT, isOurs: { ...YES_NO, description: 'Put in front by this host.' } })) });

export const RENDERING_SCHEMA = objectOf({
  html: { ...TEXT, description: 'As it came: to be made safe by whoever shows it.' },
  text: TEXT,
  isTextMade: { ...YES_NO, description: 'Of the HTML: the letter has no text of its own.' },
  isCut: YES_NO,
  inline: listOf(objectOf({ contentId: TEXT, number: TEXT, type: TEXT, octets: COUNT })),
}, ['text', 'isTextMade', 'isCut', 'inline']);

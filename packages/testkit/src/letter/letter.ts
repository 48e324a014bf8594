/**
 * A letter as a test sees it: one copy, as it came to one recipient.
 *
 * The octets are held; what is in them is worked out when asked for, once.
 */
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import { fieldText, findFields, parseHeader } from '@posthorn/mail/header.ts';
import { type ListedAddress, type MessageEnvelope, readEnvelope } from '@posthorn/mail/message-envelope.ts';
import { parseDate } from '@posthorn/mail/date.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import type { Resolver } from '@posthorn/world/resolver.ts';
import { type Calendar, readCalendar } from './calendar.ts';
import { type Candidate, codesIn } from './codes.ts';
import { type HtmlView, readHtml } from './html.ts';
import { type Link, linksOf } from './links.ts';
import { type Attachment, type Body, readBody } from './mime.ts';
import { readUnsubscribe, type Unsubscribe } from './unsubscribe.ts';

/** Someone named in a header. */
export interface Person {
  /** Empty where none is given. */
  readonly name: string;
  /** `local@domain`. */
  readonly address: string;
}

/** What was said over SMTP, whatever the header says. */
export interface Envelope {
  /** Empty for `<>`. */
  readonly from: string;
  /** All recipients of the transaction. */
  readonly to: readonly string[];
}

/** How it came in. */
export interface SessionFacts {
  readonly id: string;
  /** `submission`, or `smtp` at a host of the world. */
  readonly listener: string;
  readonly client: string;
  readonly helo: string;
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`; null in clear text. */
  readonly tls: string | null;
  /** Who logged in; null if nobody did. */
  readonly user: string | null;
}

export interface LetterFacts {
  /** The id of its acceptance, as in `250 … as ID` and in `posthorn trace`. */
  readonly id: string;
  /** The address that this copy was for. */
  readonly recipient: string;
  readonly envelope: Envelope;
  readonly session: SessionFacts;
  /** The host that has it. */
  readonly host: string;
  /** Milliseconds since 1970, by the clock of the post office. */
  readonly receivedAt: number;
  /** The octets as they were sent, after line-ending normalisation. */
  readonly raw: Buffer;
  /** The header lines that the host put in front: Return-Path, Delivered-To, Received, verdicts. */
  readonly trace: string;
  /** The DNS of its world; absent where it came from afar. */
  readonly resolver?: Resolver;
}

/** Less convincing than this is no code. */
const CODE_SCORE_MIN = 30;

export class Letter {
  readonly id: string;
  readonly recipient: string;
  readonly envelope: Envelope;
  readonly session: SessionFacts;
  readonly host: string;
  readonly receivedAt: number;
  readonly raw: Buffer;
  readonly trace: string;
  /** The DNS of its world. */
  readonly resolver: Resolver | undefined;
  #parsed: { readonly structure: Part; readonly header: Buffer } | undefined;
  #head: MessageEnvelope | undefined;
  #body: Body | undefined;
  #view: HtmlView | undefined;
  #links: readonly Link[] | undefined;
  #codes: readonly Candidate[] | undefined;

  constructor(facts: LetterFacts) {
    ({
      id: this.id, recipient: this.recipient, envelope: this.envelope, session: this.session,
      host: this.host, receivedAt: this.receivedAt, raw: this.raw, trace: this.trace,
    } = facts);
    this.resolver = facts.resolver;
  }

  get subject(): string {
    return decodeWords(this.#envelope.subject ?? '');
  }

  get from(): Person {
    return this.#people('from')[0] ?? { name: '', address: '' };
  }

  get to(): readonly Person[] {
    return this.#people('to');
  }

  get cc(): readonly Person[] {
    return this.#people('cc');
  }

  /** Where an answer goes: Reply-To, or else From. */
  get replyTo(): readonly Person[] {
    return this.#people('replyTo');
  }

  /** With its brackets; empty where there is none. */
  get messageId(): string {
    return this.#envelope.messageId ?? '';
  }

  /** Undefined where there is none, or it is no date. */
  get date(): Date | undefined {
    const ms = parseDate(this.#envelope.date ?? '');
    return ms === null ? undefined : new Date(ms);
  }

  get size(): number {
    return this.raw.length;
  }

  /** The first field of this name, unfolded and decoded; undefined where there is none. */
  header(name: string): string | undefined {
    return this.headers(name)[0];
  }

  /** Every field of this name, from the top; of all names where none is given, as `Name: value`. */
  headers(name?: string): readonly string[] {
    const { header } = this.#parse();
    const fields = parseHeader(header);
    if (name === undefined) return fields.map((field) => `${field.name}: ${decodeWords(fieldText(header, field))}`);
    return findFields(fields, name.toLowerCase()).map((field) => decodeWords(fieldText(header, field)));
  }

  /** MIME, as it is nested. */
  get structure(): Part {
    return this.#parse().structure;
  }

  /** What a person reads: the text part, or else the text of the HTML part. */
  get text(): string {
    return this.#parts.text ?? this.#html.text;
  }

  /** Whether there is a text part of its own. */
  get hasText(): boolean {
    return this.#parts.text !== undefined;
  }

  /** Undefined where there is no HTML part. */
  get html(): string | undefined {
    return this.#parts.html;
  }

  /** What a person sees of the HTML part; undefined where there is none. */
  get view(): HtmlView | undefined {
    return this.html === undefined ? undefined : this.#html;
  }

  get attachments(): readonly Attachment[] {
    return this.#parts.attachments;
  }

  /** The first invitation in it. */
  get calendar(): Calendar | undefined {
    const [raw] = this.#parts.calendars;
    return raw === undefined ? undefined : readCalendar(raw);
  }

  /** How to leave the list; undefined where the letter does not say. */
  get unsubscribe(): Unsubscribe | undefined {
    return readUnsubscribe({ list: this.header('list-unsubscribe') ?? '', post: this.header('list-unsubscribe-post') ?? '' });
  }

  get links(): readonly Link[] {
    this.#links ??= linksOf({ html: this.#html.links, text: this.#parts.text ?? '' });
    return this.#links;
  }

  /** The address of the first link whose address or words match. Throws, and lists all, if none does. */
  link(pattern: RegExp | string = ''): string {
    const matches = (text: string): boolean => (typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) !== -1);
    const link = this.links.find(({ url, text }) => matches(url) || matches(text));
    if (link !== undefined) return link.url;
    const all = this.links.map(({ url, text }) => `  ${url}${text === url ? '' : ` “${text}”`}`).join('\n');
    throw new Error(`no link in “${this.subject}” matches ${String(pattern)}; ${all === '' ? 'it has no links' : `its links are:\n${all}`}`);
  }

  /** All one-time codes in it, the likeliest first. */
  get codes(): readonly string[] {
    return this.#candidates.filter(({ score }) => score >= CODE_SCORE_MIN).map(({ code }) => code);
  }

  /** The likeliest one-time code; with a pattern, the likeliest that matches it. Throws if there is none. */
  code(pattern?: RegExp): string {
    const code = pattern === undefined ? this.codes[0] : this.#candidates.find(({ code }) => code.search(pattern) !== -1)?.code;
    if (code !== undefined) return code;
    throw new Error(`no code${pattern === undefined ? '' : ` that matches ${String(pattern)}`} in “${this.subject}”:\n${this.text.slice(0, 500)}`);
  }

  get #envelope(): MessageEnvelope {
    this.#head ??= readEnvelope(this.#parse().header);
    return this.#head;
  }

  get #parts(): Body {
    this.#body ??= readBody(this.raw, this.#parse().structure);
    return this.#body;
  }

  get #html(): HtmlView {
    this.#view ??= readHtml(this.#parts.html ?? '');
    return this.#view;
  }

  get #candidates(): readonly Candidate[] {
    this.#codes ??= codesIn({ subject: this.subject, text: this.text });
    return this.#codes;
  }

  #parse(): { readonly structure: Part; readonly header: Buffer } {
    if (this.#parsed === undefined) {
      const parser = new StructureParser();
      parser.push(this.raw);
      this.#parsed = parser.end();
    }
    return this.#parsed;
  }

  #people(field: 'from' | 'to' | 'cc' | 'replyTo'): readonly Person[] {
    return this.#envelope[field].flatMap(personOf);
  }

  /** For people who print it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Letter ${this.id} “${this.subject}” from ${this.envelope.from || '<>'} to ${this.recipient}`;
  }
}

/** The marks of a group are nobody. */
function personOf({ name, mailbox, host }: ListedAddress): readonly Person[] {
  if (mailbox === null || host === null) return [];
  return [{ name: decodeWords(name ?? ''), address: host === '' ? mailbox : `${mailbox}@${host}` }];
}

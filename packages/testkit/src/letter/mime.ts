/**
 * A letter's parts, decoded: text, HTML, calendars, attachments.
 *
 * RFC 2046 §5.1.4 (alternatives), RFC 2183 (disposition), RFC 5545 with RFC 6047 (calendars by mail).
 */
import { decodeCharset, decodeUnlabelled } from '@posthorn/mail/charset.ts';
import { decodeWords } from '@posthorn/mail/encoded-word.ts';
import { parameter } from '@posthorn/mail/mime-parameters.ts';
import type { Part } from '@posthorn/mail/structure.ts';
import { createTransferDecoder } from '@posthorn/mail/transfer-decoder.ts';

export interface Attachment {
  /** Empty where the letter gives none. */
  readonly filename: string;
  /** `application/pdf`. */
  readonly type: string;
  readonly content: Buffer;
  readonly size: number;
  /** Without brackets; what `cid:` in the HTML part means. */
  readonly contentId: string | undefined;
  readonly isInline: boolean;
}

export interface Body {
  /** Of the text/plain parts that are no attachments, in order; undefined where there is none. */
  readonly text: string | undefined;
  readonly html: string | undefined;
  /** Of each text/calendar part. */
  readonly calendars: readonly string[];
  readonly attachments: readonly Attachment[];
}

export function readBody(content: Buffer, structure: Part): Body {
  const texts: string[] = [];
  const htmls: string[] = [];
  const calendars: string[] = [];
  const attachments: Attachment[] = [];
  for (const part of leaves(structure)) {
    const isAttached = part.disposition?.type === 'attachment';
    const kind = `${part.type}/${part.subtype}`;
    if (kind === 'text/calendar') calendars.push(textOf(content, part));
    if (kind === 'text/plain' && !isAttached && filenameOf(part) === '') texts.push(textOf(content, part));
    else if (kind === 'text/html' && !isAttached) htmls.push(textOf(content, part));
    else if (kind !== 'text/calendar' || isAttached) attachments.push(attachmentOf(content, part));
  }
  return {
    text: texts.length === 0 ? undefined : texts.join('\n'),
    html: htmls.length === 0 ? undefined : htmls.join('\n'),
    calendars,
    attachments,
  };
}

/** An enclosed letter is one leaf: it is an attachment. */
function leaves(part: Part): readonly Part[] {
  return part.parts === undefined ? [part] : part.parts.flatMap(leaves);
}

/** The octets of a part, its transfer encoding undone. */
export function octetsOf(content: Buffer, part: Part): Buffer {
  const decoder = createTransferDecoder(part.encoding);
  return Buffer.concat([decoder.push(content.subarray(part.body.start, part.body.end)), decoder.end()]);
}

/** Lines end in LF. */
function textOf(content: Buffer, part: Part): string {
  const charset = parameter(part.parameters, 'charset');
  const octets = octetsOf(content, part);
  return (charset === undefined ? decodeUnlabelled(octets) : decodeCharset(octets, charset)).replaceAll('\r\n', '\n');
}

function attachmentOf(content: Buffer, part: Part): Attachment {
  const octets = octetsOf(content, part);
  return {
    filename: filenameOf(part),
    type: `${part.type}/${part.subtype}`,
    content: octets,
    size: octets.length,
    contentId: part.id?.replaceAll(/^\s*<|>\s*$/g, ''),
    isInline: part.disposition?.type === 'inline' || (part.disposition === undefined && part.id !== undefined),
  };
}

function filenameOf({ disposition, parameters }: Part): string {
  return decodeWords(parameter(disposition?.parameters ?? [], 'filename') ?? parameter(parameters, 'name') ?? '');
}

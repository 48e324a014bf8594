/**
 * Letters taken apart, for tests.
 */
import { StructureParser } from '@posthorn/mail/structure-parser.ts';
import type { OctetRange } from '@posthorn/mail/structure.ts';
import { summarize, withoutCuts, type MessageSummary } from '@posthorn/mail/summary.ts';

/** Like a store's row. */
export interface TestLetter {
  readonly prefix: Buffer;
  readonly contentOctets: number;
  readonly cuts: readonly OctetRange[];
  readonly summary: MessageSummary;
  /** All octets, as a reader sees them. */
  readonly seen: Buffer;
}

/** `text` has line feeds for CRLF. */
export function letterOf(text: string, prefixText = '', cutTexts: readonly string[] = []): TestLetter {
  const content = Buffer.from(text.replaceAll('\n', '\r\n'));
  const prefix = Buffer.from(prefixText.replaceAll('\n', '\r\n'));
  const cuts = cutTexts.map((cut) => {
    const octets = Buffer.from(cut.replaceAll('\n', '\r\n'));
    const start = content.indexOf(octets);
    return { start, end: start + octets.length };
  });
  const parser = new StructureParser();
  parser.push(content);
  const { structure, header } = parser.end();
  const seen = Buffer.concat([prefix, ...withoutCuts(content, cuts)]);
  return { prefix, contentOctets: content.length, cuts, summary: summarize({ prefix, header, cuts, structure }), seen };
}

/** The shape of the example in RFC 3501 §6.4.5: parts 1, 2, 3 (a letter), 4 with 4.1 (a picture) and 4.2 (a letter), and parts within those. */
export const NESTED = `From: ann@ash.test
To: eve@elm.test
Subject: all kinds
Content-Type: multipart/mixed; boundary=A

preamble
--A
Content-Type: text/plain

one
--A
Content-Type: application/octet-stream

two
--A
Content-Type: message/rfc822
Content-Description: three

From: bob@bay.test
Subject: third
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

three.one
--B
Content-Type: application/octet-stream

three.two
--B--
--A
Content-Type: multipart/mixed; boundary=C

--C
Content-Type: image/gif

four.one
--C
Content-Type: message/rfc822

From: cat@cove.test
Subject: fourth
Content-Type: multipart/mixed; boundary=D

--D
Content-Type: text/plain

four.two.one
--D
Content-Type: multipart/alternative; boundary=E

--E
Content-Type: text/plain

four.two.two.one
--E
Content-Type: text/richtext

four.two.two.two
--E--
--D--
--C--
--A--
epilogue
`;

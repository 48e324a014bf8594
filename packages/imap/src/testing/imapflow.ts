/**
 * imapflow's parser as a witness of what we write: its tree as plain values.
 */
import imapflowParser from 'imapflow/lib/handler/imap-parser.js';
import { parseBodystructure } from 'imapflow/lib/tools.js';

/** Takes the literals out, as imapflow's stream does before it parses. */
async function parse(response: string): ReturnType<typeof imapflowParser> {
  const literals: Buffer[] = [];
  let line = '';
  let rest = Buffer.from(response);
  for (;;) {
    const head = /\{(\d+)\}\r\n/.exec(rest.toString('latin1'));
    if (head === null) return await imapflowParser(Buffer.concat([Buffer.from(line), rest]), { literals });
    const end = head.index + head[0].length;
    line += rest.toString('latin1', 0, end);
    literals.push(rest.subarray(end, end + Number(head[1])));
    rest = rest.subarray(end + Number(head[1]));
  }
}

/** The value of the one item of a FETCH response, as imapflow has it. */
export async function itemByImapflow(item: string, value: string): Promise<unknown> {
  const { attributes } = await parse(`* 1 FETCH (${item} ${value})`);
  const list = plain(attributes?.[1]);
  return Array.isArray(list) ? list[1] : undefined;
}

/** The parts of a body structure with their numbers, as imapflow finds them. */
export async function partsByImapflow(bodyStructure: string): Promise<readonly string[]> {
  const { attributes } = await parse(`* 1 FETCH (BODYSTRUCTURE ${bodyStructure})`);
  const list = attributes?.[1];
  const parts: string[] = [];
  const visit = (node: ReturnType<typeof parseBodystructure>): void => {
    parts.push(`${node.part ?? ''} ${node.type}`);
    for (const child of node.childNodes ?? []) visit(child);
  };
  if (Array.isArray(list) && Array.isArray(list[1])) visit(parseBodystructure(list[1]));
  return parts;
}

function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== 'object' || node === null || !('value' in node)) return node;
  return Buffer.isBuffer(node.value) ? node.value.toString('utf8') : node.value;
}

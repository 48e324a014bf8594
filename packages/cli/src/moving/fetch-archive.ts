/**
 * An account's archive, as the server gives it.
 */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Failure } from '../command.ts';
import { sentence } from '../control.ts';

export async function fetchArchive(socketPath: string, { address, mailboxes }: { readonly address: string; readonly mailboxes: readonly string[] }): Promise<IncomingMessage> {
  const query = mailboxes.map((name) => `mailbox=${encodeURIComponent(name)}`).join('&');
  const path = `/rest/v1/accounts/${encodeURIComponent(address)}/archive?${query}`;
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ socketPath, path }, resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
  if (incoming.statusCode === 200) return incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  const problem: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  throw new Failure(sentence(problem) ?? `the server answered ${incoming.statusCode}`);
}

/**
 * Letters for tests, without a post office around them.
 */
import { Letter } from '../letter/letter.ts';

export function letterOf(...lines: readonly string[]): Letter {
  return new Letter({
    id: '1', recipient: 'eve@elm.test', envelope: { from: 'ann@ash.test', to: ['eve@elm.test'] }, host: 'localhost', receivedAt: 0, trace: '',
    session: { id: 's', listener: 'submission', client: '127.0.0.1', helo: 'laptop.test', tls: null, user: null },
    raw: Buffer.from(lines.join('\r\n'), 'utf8'),
  });
}

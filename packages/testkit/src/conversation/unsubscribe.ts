/**
 * A reader leaves a list with one click, as his provider does it for him. RFC 8058 §3.2.
 */
import type { Letter } from '../letter/letter.ts';

/** The list did not let him go. */
export class UnsubscribeFailed extends Error {
  override readonly name = 'UnsubscribeFailed';
}

/** Posts to the address that the letter offers: no cookies, no redirects. Throws `UnsubscribeFailed` unless it is answered with 2xx. */
export async function oneClick(letter: Letter): Promise<{ readonly status: number; readonly url: string }> {
  const url = letter.unsubscribe?.oneClick;
  if (url === undefined) {
    throw new UnsubscribeFailed(`“${letter.subject}” offers no one-click unsubscription: it needs List-Unsubscribe with an https address, and List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058)`);
  }
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'manual',
    credentials: 'omit',
  });
  await answer.body?.cancel();
  if (!answer.ok) {
    const why = answer.status >= 300 && answer.status < 400 ? ': a redirect is not allowed here (RFC 8058 §3.1)' : '';
    throw new UnsubscribeFailed(`POST ${url} was answered with ${answer.status}${why}`);
  }
  return { status: answer.status, url };
}

/**
 * Asks the shop something.
 */
export async function post(url: string, body: Readonly<Record<string, string>> = {}): Promise<{ readonly status: number; readonly json: unknown }> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return { status: answer.status, json: await answer.json() };
}

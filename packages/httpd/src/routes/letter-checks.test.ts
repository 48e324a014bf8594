import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EgressAnswer, EgressRequest } from '@posthorn/world/egress.ts';
import type { CheckGroup } from '../letters/checks/check.ts';
import { openLetterDesk } from '../testing/letter-desk.ts';
import type { LetterDesk } from '../testing/letter-desk.ts';

let desk: LetterDesk;
const asked: EgressRequest[] = [];
type Answered = Extract<EgressAnswer, { kind: 'answered' }>;
const answers = new Map<string, Partial<Omit<Answered, 'kind'>> | Exclude<EgressAnswer, Answered>>();
beforeEach(async () => {
  asked.length = 0;
  answers.clear();
  desk = await openLetterDesk({
    egress: {
      fetch: (request) => {
        asked.push(request);
        const answer = answers.get(`${request.method} ${request.url}`) ?? answers.get(request.url) ?? {};
        return Promise.resolve('kind' in answer ? answer : { kind: 'answered', status: 200, type: 'text/html', body: Buffer.from('x'), url: request.url, ...answer });
      },
    },
  });
});
afterEach(() => desk.close());

const FIELDS = ['From: Ann <ann@ash.test>', 'To: eve@elm.test', 'Subject: The plan', 'Date: Thu, 01 Jan 2026 00:00:00 +0000', 'Message-ID: <1@ash.test>'];

/** What is said, by level, of a letter of these lines. */
async function checked(lines: readonly string[], sender = 'ann@ash.test'): Promise<readonly string[]> {
  const id = await desk.deliver(lines, { sender });
  const { body } = await desk.get<{ groups: readonly CheckGroup[] }>(`/rest/v1/letters/${id}/checks`);
  return body.groups.flatMap(({ items }) => items.map(({ level, text }) => `${level}: ${text}`));
}

const html = (source: string): readonly string[] => [...FIELDS, 'Content-Type: text/html; charset=utf-8', '', source, ''];

describe('checks', () => {
  it('find nothing in a good plain letter', async () => {
    const found = await checked([...FIELDS, '', 'At nine.', '']);
    expect(found.filter((each) => !/^(good|hint: It is not signed)/.test(each))).toEqual([]);
  });
  it.each([
    [['From: ann@ash.test', '', 'x'], 'error: There is no Date field.'],
    [['From: ann@ash.test', '', 'x'], 'warning: There is no Message-ID.'],
    [[...FIELDS, 'Subject: Another', '', 'x'], 'error: There are 2 Subject fields.'],
    [[...FIELDS.filter((line) => !line.startsWith('Date')), 'Date: yesterday', '', 'x'], 'error: The Date field is no date.'],
    [[...FIELDS.filter((line) => !line.startsWith('Date')), 'Date: Fri, 01 Jan 2027 00:00:00 +0000', '', 'x'], 'warning: It was written in the future.'],
    [[...FIELDS, '', 'x'.repeat(1200), ''], 'error: A line has 1200 octets; 998 are allowed.'],
    [html('<p>Hello</p>'), 'warning: There is no text part beside the HTML.'],
    [[...FIELDS, '', 'Click to unsubscribe.'], 'warning: It looks like bulk mail and has no List-Unsubscribe field.'],
    [[...FIELDS, 'List-Unsubscribe: <https://ash.test/u>', '', 'x'], 'warning: Unsubscribing takes more than one click.'],
    [[...FIELDS, 'List-Unsubscribe: <https://ash.test/u>', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click', '', 'x'], 'good: Unsubscribing takes one click.'],
    [[...FIELDS, 'DKIM-Signature: v=1; d=mailer.test; s=x', '', 'x'], 'warning: It is signed for mailer.test, not for ash.test.'],
    [html('<div style="display:flex">x</div>'), 'hint: Uses flexible boxes: not in Outlook (Windows); partly in Gmail, Yahoo.'],
    [html('<style>.a { position: absolute }</style>'), expect.stringContaining('warning: Uses positions')],
    [html('<img src="x.svg">'), expect.stringContaining('warning: Uses SVG images')],
    [html('<img src="cid:a"><img src="cid:b" alt="">'), 'warning: 1 of 2 images have no alternative text.'],
    [html('<p style="color:#aaa;background:#fff">faint</p>'), 'warning: 1 texts are faint.'],
    [html('<a href="https://a.test">click here</a>'), 'hint: 1 links say only “click here”.'],
  ])('tell of %j', async (lines, told) => {
    expect(await checked(lines)).toContainEqual(told);
  });
  it('tell when the envelope speaks for another domain', async () => {
    expect(await checked([...FIELDS, '', 'x'], 'bounce@mailer.test')).toContain('warning: The envelope is from mailer.test, the author from ash.test.');
    expect(await checked([...FIELDS, '', 'x'], 'bounce@mail.ash.test')).toContain('good: The envelope’s sender is of the author’s domain, ash.test.');
  });
  it('ask nobody', async () => {
    await checked(html('<img src="https://tracker.test/pixel.gif"><a href="https://a.test">x</a>'));
    expect(asked).toEqual([]);
  });
});

describe('links', () => {
  it('are asked, once each, with HEAD first', async () => {
    answers.set('https://gone.test/', { status: 404 });
    answers.set('HEAD https://old.test/', { status: 405 });
    answers.set('https://inside.test/', { kind: 'refused', why: 'inside.test is not out in the world.' });
    answers.set('https://moved.test/', { url: 'https://new.test/' });
    const id = await desk.deliver(html('<a href="https://ok.test/">a</a><a href="https://ok.test/">b</a><a href="https://gone.test/">c</a><a href="https://old.test/">d</a><a href="https://inside.test/">e</a><a href="https://moved.test/">f</a>'));
    expect((await desk.send('POST', `/rest/v1/letters/${id}/links`, {})).body).toEqual({ links: [
      { url: 'https://ok.test/', status: 200, text: '' }, { url: 'https://gone.test/', status: 404, text: '' }, { url: 'https://old.test/', status: 200, text: '' },
      { url: 'https://inside.test/', status: 0, text: 'inside.test is not out in the world.' }, { url: 'https://moved.test/', status: 200, text: 'leads to https://new.test/' },
    ] });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toContain('GET https://old.test/');
  });
});

describe('pictures from elsewhere', () => {
  const image = async (url: string): ReturnType<LetterDesk['get']> => desk.get(`/rest/v1/images?url=${encodeURIComponent(url)}`);

  it('are handed on as what they are', async () => {
    answers.set('https://a.test/x.png', { type: 'image/png', body: Buffer.from('png') });
    expect(await image('https://a.test/x.png')).toMatchObject({ status: 200, text: 'png', headers: { 'content-type': 'image/png', 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'" } });
  });
  it.each(['text/html', 'image/svg+xml', 'image/png-evil', ''])('are not handed on as %s', async (type) => {
    answers.set('https://a.test/x', { type });
    expect((await image('https://a.test/x')).status).toBe(502);
  });
  it('are refused from inside', async () => {
    answers.set('http://169.254.169.254/', { kind: 'refused', why: 'it is not out in the world.' });
    expect(await image('http://169.254.169.254/')).toMatchObject({ status: 403 });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LetterDetail, LetterPage } from '@posthorn/web/shapes.ts';
import { openLetterDesk, PREFIX, WHOLE } from '../testing/letter-desk.ts';
import type { LetterDesk } from '../testing/letter-desk.ts';
import { attachment } from './letter-contents.ts';

let desk: LetterDesk;
beforeEach(async () => {
  desk = await openLetterDesk();
});
afterEach(() => desk.close());

const plain = (subject: string, text = 'Hello.'): readonly string[] => ['From: Ann <ann@ash.test>', 'To: eve@elm.test', `Subject: ${subject}`, '', text, ''];
const subjects = async (query: string): Promise<readonly string[]> => (await desk.get<LetterPage>(`/rest/v1/letters?${query}`)).body.letters.map(({ subject }) => subject);

describe('the list of letters', () => {
  it('tells of each what a list shows', async () => {
    const id = await desk.deliver(WHOLE, { to: ['eve+shop@elm.test', 'bob@elm.test'] });
    expect((await desk.get('/rest/v1/letters')).body).toEqual({
      total: 1, unseen: 1, letters: [{
        id, at: '2026-01-01T00:00:00.000Z', from: [{ name: 'Jürgen', address: 'juergen@ash.test' }], to: [{ name: 'Eve', address: 'eve@elm.test' }, { name: '', address: 'bob@elm.test' }],
        subject: 'Grüße', snippet: 'Liebe Eve, der Plan ist gut. Dein Code: 123456', octets: expect.any(Number), attachments: 1, isSeen: false, isFlagged: false, isAnswered: false,
        tags: ['shop'], places: [{ address: 'eve+shop@elm.test', mailbox: 'INBOX' }, { address: 'bob@elm.test', mailbox: 'INBOX' }],
      }],
    });
  });
  it('goes on from a cursor, whatever came meanwhile', async () => {
    for (const subject of ['one', 'two', 'three']) await desk.deliver(plain(subject));
    const { body } = await desk.get<LetterPage>('/rest/v1/letters?limit=2');
    expect(body.letters.map(({ subject }) => subject)).toEqual(['three', 'two']);
    await desk.deliver(plain('four'));
    expect(await subjects(`limit=2&after=${body.next ?? ''}`)).toEqual(['one']);
    expect((await desk.get('/rest/v1/letters?after=3')).status).toBe(400);
  });
  it('finds letters by what people type', async () => {
    await desk.deliver(plain('one', 'The code is 1234.'));
    await desk.deliver(WHOLE);
    expect(await subjects('q=code')).toEqual(['Grüße', 'one']);
    expect(await subjects('q=code+-from:ann')).toEqual(['Grüße']);
    expect(await subjects('q=has:attachment')).toEqual(['Grüße']);
    expect(await subjects('q=filename:voice')).toEqual(['Grüße']);
    expect(await subjects('q=header:message-id%3Dwhole')).toEqual(['Grüße']);
    expect(await subjects('q=in:eve@elm.test&limit=1')).toEqual(['Grüße']);
  });
  it('says what is wrong with a search, and where', async () => {
    expect((await desk.get('/rest/v1/letters?q=is:asleep')).body).toMatchObject({ status: 400, at: 3, detail: expect.stringContaining('not “asleep”') });
  });
  it('is told once: who has it already gets 304', async () => {
    await desk.deliver(plain('one'));
    const { headers } = await desk.get('/rest/v1/letters');
    const again = await desk.app.inject({ url: '/rest/v1/letters', headers: { 'if-none-match': String(headers['etag']) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    await desk.deliver(plain('two'));
    expect((await desk.app.inject({ url: '/rest/v1/letters', headers: { 'if-none-match': String(headers['etag']) } })).statusCode).toBe(200);
  });
});

describe('one letter', () => {
  it('is told with its parts and its envelope', async () => {
    const id = await desk.deliver(WHOLE);
    const { body } = await desk.get<LetterDetail>(`/rest/v1/letters/${id}`);
    expect(body).toMatchObject({
      messageId: '<whole@ash.test>', sentAt: '2026-01-01T09:00:00.000Z', cc: [{ address: 'carl@elm.test' }], envelope: { sender: 'ann@ash.test', recipients: ['eve@elm.test'] }, hasHtml: true,
      attached: [{ number: '1.2', type: 'image/png', contentId: 'logo@ash' }, { number: '2', type: 'application/pdf', filename: '../../in\u202Evoice.pdf' }],
    });
    expect(body.structure.parts?.[0]?.parts?.[0]?.parts?.map(({ number, type }) => `${number} ${type}`)).toEqual(['1.1.1 text/plain', '1.1.2 text/html']);
  });
  it('is the newest when asked for the latest', async () => {
    expect((await desk.get('/rest/v1/letters/latest')).status).toBe(404);
    await desk.deliver(plain('one'));
    const id = await desk.deliver(plain('two'));
    expect((await desk.get<LetterDetail>('/rest/v1/letters/latest')).body.id).toBe(id);
  });
  it('is given raw, byte for byte, as nothing that a browser runs', async () => {
    const id = await desk.deliver(plain('one'));
    const raw = await desk.get(`/rest/v1/letters/${id}/raw`);
    expect(raw.text).toBe(`${PREFIX.toString()}${plain('one').join('\r\n')}`);
    expect(raw.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'" });
    expect((await desk.get(`/rest/v1/letters/${id}/raw?download=true`)).headers).toMatchObject({ 'content-type': 'message/rfc822', 'content-disposition': expect.stringContaining('letter1.eml') });
  });
  it('gives its header fields read, ours told apart', async () => {
    const id = await desk.deliver(WHOLE);
    const { body } = await desk.get<{ headers: readonly object[] }>(`/rest/v1/letters/${id}/headers`);
    expect(body.headers.slice(0, 2)).toEqual([{ name: 'Delivered-To', value: 'eve@elm.test', isOurs: true }, { name: 'From', value: 'Jürgen <juergen@ash.test>', isOurs: false }]);
  });
  it('is rendered: flowed text joined, HTML in its charset, inline parts named', async () => {
    const id = await desk.deliver(WHOLE);
    expect((await desk.get(`/rest/v1/letters/${id}/render`)).body).toEqual({
      html: '<p>Liebe <b>Eve</b>, schön. <img src="cid:logo@ash"></p>\n', text: 'Liebe Eve, der Plan ist gut. Dein Code: 123456\n', isTextMade: false, isCut: false,
      inline: [{ contentId: 'logo@ash', number: '1.2', type: 'image/png', octets: 14 }],
    });
  });
  it('without a text part is rendered as the text of its HTML', async () => {
    const id = await desk.deliver(['Subject: x', 'Content-Type: text/html', '', '<style>p{}</style><p>Hello &amp; good bye</p>']);
    expect((await desk.get(`/rest/v1/letters/${id}/render`)).body).toMatchObject({ text: 'Hello & good bye', isTextMade: true });
  });
  it('gives its parts decoded, only harmless ones for showing', async () => {
    const id = await desk.deliver(WHOLE);
    const image = await desk.app.inject(`/rest/v1/letters/${id}/parts/1.2`);
    expect([image.headers['content-type'], image.rawPayload.toString('latin1')]).toEqual(['image/png', '\u0089PNG\r\n\u001a\n']);
    const html = await desk.get(`/rest/v1/letters/${id}/parts/1.1.2`);
    expect(html.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-disposition': expect.stringMatching(/^attachment/), 'content-security-policy': expect.stringContaining('sandbox') });
    const pdf = await desk.get(`/rest/v1/letters/${id}/parts/2`);
    expect(pdf.headers['content-disposition']).toBe(`attachment; filename="__.._in_voice.pdf"; filename*=UTF-8''__.._in_voice.pdf`);
    expect((await desk.get(`/rest/v1/letters/${id}/parts/9`)).status).toBe(404);
  });
  it('names its attachments so that no path and no header gets in', () => {
    expect(attachment('../../etc/passwd')).toBe(`attachment; filename="__.._etc_passwd"; filename*=UTF-8''__.._etc_passwd`);
    expect(attachment('a"\r\nX-Evil: 1')).not.toMatch(/[\r\n]|""/);
    expect(attachment('Grüße.pdf')).toBe(`attachment; filename="Gr__e.pdf"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf`);
    expect(attachment("it's.txt")).toContain("UTF-8''it%27s.txt");
  });
});

describe('letters are changed', () => {
  const stateOf = async (id: string): Promise<LetterDetail> => (await desk.get<LetterDetail>(`/rest/v1/letters/${id}`)).body;

  it('in every copy: read, flagged, answered, tagged', async () => {
    const id = await desk.deliver(plain('one'), { to: ['eve@elm.test', 'bob@elm.test'] });
    expect(await desk.send('PATCH', '/rest/v1/letters', { ids: [id], seen: true, flagged: true, answered: true, addTags: ['Grüße 1'] })).toEqual({ status: 200, body: { letters: 1 } });
    expect(await stateOf(id)).toMatchObject({ isSeen: true, isFlagged: true, isAnswered: true, tags: ['Grüße 1'] });
    expect(await subjects('q=tag:"gruße 1"')).toEqual(['one']);
    await desk.send('PATCH', '/rest/v1/letters', { ids: [id], seen: false, removeTags: ['Grüße 1'] });
    expect(await stateOf(id)).toMatchObject({ isSeen: false, isFlagged: true, tags: [] });
  });
  it('by moving, into a mailbox that is made if need be', async () => {
    const id = await desk.deliver(plain('one'));
    await desk.send('PATCH', '/rest/v1/letters', { ids: [id], mailbox: 'Work/Plans' });
    expect((await stateOf(id)).places).toEqual([{ address: 'eve@elm.test', mailbox: 'Work/Plans' }]);
    await desk.send('PATCH', '/rest/v1/letters', { ids: [id], mailbox: 'inbox' });
    expect((await stateOf(id)).places).toEqual([{ address: 'eve@elm.test', mailbox: 'INBOX' }]);
  });
  it('by deleting: some, those that a search finds, or all', async () => {
    const [one] = [await desk.deliver(plain('one')), await desk.deliver(plain('two')), await desk.deliver(plain('three'))];
    expect(await desk.send('DELETE', '/rest/v1/letters', { ids: [one, 'nobody'] })).toEqual({ status: 200, body: { letters: 1 } });
    expect(await desk.send('DELETE', '/rest/v1/letters', { q: 'subject:two' })).toEqual({ status: 200, body: { letters: 1 } });
    expect(await subjects('')).toEqual(['three']);
    expect(await desk.send('DELETE', '/rest/v1/letters', { q: '' })).toEqual({ status: 200, body: { letters: 1 } });
    expect(await subjects('')).toEqual([]);
  });
  it('only when it is said which', async () => {
    expect((await desk.send('DELETE', '/rest/v1/letters', {})).status).toBe(422);
    expect((await desk.send('PATCH', '/rest/v1/letters', { ids: [], q: '' })).status).toBe(422);
    expect((await desk.send('DELETE', '/rest/v1/letters', { q: '"' })).status).toBe(400);
  });
});

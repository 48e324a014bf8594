/**
 * The web inbox as a developer uses it, in Chromium: find, read, check, compare, change.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assetFolder } from '../../packages/web/src/assets.ts';
import { openBrowser } from './lib/browser.ts';
import { startDev } from './lib/posthorn.ts';

let dev: Awaited<ReturnType<typeof startDev>>;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let origin: string;

async function send(subject: string, more: object = {}): Promise<string> {
  const letter = { From: { Email: 'ann@ash.test', Name: 'Ann Ash' }, To: [{ Email: 'eve+shop@elm.test' }], Subject: subject, Text: `Hello Eve,\nyour code is 482913.\nhttps://ash.test/verify`, ...more };
  const response = await fetch(`${origin}/api/v1/send`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(letter) });
  const { ID } = await response.json() as { ID: string };
  return ID;
}

const HTML = '<h1>Confirm your address</h1><p>Hello Eve</p><p><a href="https://ash.test/verify">Confirm</a></p><img src="https://tracker.test/p.gif" alt=""><div style="display:flex">x</div>';

beforeAll(async () => {
  await assetFolder();
  dev = await startDev();
  browser = await openBrowser();
  origin = `http://127.0.0.1:${dev.http.port}`;
  for (let number = 1; number <= 30; number += 1) await send(`Report ${number}`);
  await send('Confirm your address', { HTML, Attachments: [{ Filename: 'terms.txt', Content: Buffer.from('The terms').toString('base64'), ContentType: 'text/plain' }] });
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await dev[Symbol.asyncDispose]();
});

async function open(path: string, options: Parameters<Awaited<ReturnType<typeof openBrowser>>['open']>[0] = {}): Promise<Page> {
  const { page } = await browser.open(options);
  await page.goto(origin + path);
  return page;
}

describe('a developer', () => {
  test('finds a letter by typing, and its raw source in three clicks', async () => {
    const page = await open('/');
    await page.getByTestId('search').fill('confirm has:attachment');
    await page.getByTestId('row').filter({ hasText: 'Confirm your address' }).click();
    await page.frameLocator('[data-testid=frame]').getByText('Hello Eve').waitFor();
    await page.getByTestId('tab-raw').click();
    await page.getByTestId('raw').getByText('Subject: Confirm your address').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('confirm has:attachment');
    await page.context().close();
  });
  test('is told what is wrong with a search', async () => {
    const page = await open('/');
    await page.getByTestId('search').fill('is:asleep');
    await page.getByTestId('search-problem').getByText('not “asleep”').waitFor();
    await page.context().close();
  });
  test('sees a letter that is sent now slide in, and how many are unread', async () => {
    const page = await open('/');
    await page.getByTestId('row').first().waitFor();
    await send('Just now');
    await page.getByTestId('row').filter({ hasText: 'Just now' }).waitFor();
    expect(await page.title()).toMatch(/^\(\d+\) Posthorn$/);
    await page.context().close();
  });
  test('goes through letters with the keyboard, stars, and deletes', async () => {
    const page = await open('/?q=subject:report');
    await page.getByTestId('row').first().waitFor();
    await page.keyboard.press('j');
    await page.getByTestId('subject').getByText('Report 30').waitFor();
    await page.keyboard.press('j');
    await page.getByTestId('subject').getByText('Report 29').waitFor();
    await page.keyboard.press('s');
    await page.locator('[data-testid=row].is-open .row-star').waitFor();
    await page.keyboard.press('Delete');
    await page.getByTestId('subject').getByText('Report 28').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('letter').waitFor({ state: 'detached' });
    await page.context().close();
  });
  test('reads the checks, whose tab shows the verdict already', async () => {
    const page = await open('/?q=confirm');
    await page.getByTestId('row').first().click();
    await page.getByTestId('verdict').waitFor();
    await page.getByTestId('tab-checks').click();
    await page.getByTestId('checks').getByText('Uses flexible boxes').waitFor();
    await page.context().close();
  });
  test('follows the journey, and looks at every part', async () => {
    const page = await open('/?q=confirm');
    await page.getByTestId('row').first().click();
    await page.getByTestId('tab-journey').click();
    await page.getByTestId('journey').getByText('delivered into INBOX of eve+shop@elm.test').waitFor();
    await page.getByTestId('tab-parts').click();
    await page.getByTestId('parts').getByText('terms.txt').waitFor();
    await page.context().close();
  });
  test('tags a letter, and a tag is a search', async () => {
    const page = await open('/?q=confirm');
    await page.getByTestId('row').first().click();
    await page.getByTestId('add-tag').click();
    await page.getByLabel('Tag', { exact: true }).fill('checked by me');
    await page.keyboard.press('Enter');
    await page.getByTestId('tag').filter({ hasText: 'checked by me' }).click();
    await page.getByTestId('row').filter({ hasText: 'Confirm your address' }).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('tag:"checked by me"');
    await page.context().close();
  });
  test('compares two letters, line by line', async () => {
    const [one, two] = [await send('Twin', { Text: 'same\nleft' }), await send('Twin', { Text: 'same\nright' })];
    const page = await open(`/letter/${one}?compare=${two}`);
    await page.getByTestId('compare').getByText(/lines differ/).waitFor();
    await page.context().close();
  });
  test('does anything by its name', async () => {
    const page = await open('/');
    await page.getByTestId('row').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').getByRole('combobox').fill('keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.context().close();
  });
});

describe('a reader', () => {
  test('on a phone the list and the letter take turns', async () => {
    const page = await open('/?q=confirm', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.getByTestId('row').first().click();
    await page.getByTestId('letter').waitFor();
    expect(await page.getByTestId('list').isVisible()).toBe(false);
    await page.getByLabel('Back to the list').click();
    await page.getByTestId('list').waitFor();
    await page.context().close();
  });
});

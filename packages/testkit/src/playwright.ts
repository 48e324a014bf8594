/**
 * Fixtures for Playwright: a post office for each worker, an inbox for each test, and pictures
 * of letters as they look light, dark and on a phone.
 */
import { type Browser, test as base } from '@playwright/test';
import type { Letter } from './letter/letter.ts';
import { postOffice, type PostOffice } from './post-office.ts';
import type { Inbox } from './waiting/inbox.ts';

export interface LetterPictures {
  /** PNG. */
  readonly light: Buffer;
  readonly dark: Buffer;
  readonly phone: Buffer;
}

const DESKTOP = { width: 800, height: 600 } as const;
const PHONE = { width: 390, height: 844 } as const;

/** Nothing is loaded from outside; images in the letter are shown. */
export async function picturesOf(letter: Letter, browser: Browser): Promise<LetterPictures> {
  const shoot = async (viewport: typeof DESKTOP | typeof PHONE, colorScheme: 'light' | 'dark'): Promise<Buffer> => {
    const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 1, javaScriptEnabled: false });
    try {
      const page = await context.newPage();
      await page.route('**/*', (route) => route.abort());
      await page.setContent(pageOf(letter), { waitUntil: 'load' });
      return await page.screenshot({ fullPage: true });
    } finally {
      await context.close();
    }
  };
  return { light: await shoot(DESKTOP, 'light'), dark: await shoot(DESKTOP, 'dark'), phone: await shoot(PHONE, 'light') };
}

/** Its HTML with its own images in place, or its text as text. */
function pageOf(letter: Letter): string {
  if (letter.html === undefined) {
    const text = letter.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `<!doctype html><meta charset="utf-8"><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;white-space:pre-wrap;margin:1.5rem}</style>${text}`;
  }
  let html = letter.html;
  for (const { contentId, type, content } of letter.attachments) {
    if (contentId !== undefined) html = html.replaceAll(`cid:${contentId}`, `data:${type};base64,${content.toString('base64')}`);
  }
  return html;
}

interface TestFixtures {
  /** One for each test. */
  readonly inbox: Inbox;
  /** Takes the pictures of a letter and attaches them to the report. */
  readonly takePictures: (letter: Letter) => Promise<LetterPictures>;
}

interface WorkerFixtures {
  /** One for each worker. */
  readonly mail: PostOffice;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  mail: [async ({}, use) => {
    await using mail = await postOffice();
    await use(mail);
  }, { scope: 'worker' }],
  inbox: async ({ mail }, use) => {
    await use(mail.inbox());
  },
  takePictures: async ({ browser }, use, info) => {
    await use(async (letter) => {
      const pictures = await picturesOf(letter, browser);
      for (const [name, body] of Object.entries(pictures)) await info.attach(`${letter.subject} (${name})`, { body, contentType: 'image/png' });
      return pictures;
    });
  },
});

export { expect } from '@playwright/test';

/**
 * Debian's Chromium, driven by playwright-core: every request that a page makes is written down.
 */
import { chromium } from 'playwright-core';
import type { BrowserContextOptions, Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

export interface WatchedPage {
  readonly page: Page;
  /** URLs asked for, but those with this origin. */
  foreign(origin: string): readonly string[];
}

export async function openBrowser(): Promise<AsyncDisposable & { open(options?: BrowserContextOptions): Promise<WatchedPage> }> {
  // Nothing here is on the network: names lead nowhere, and Chromium asks nobody for updates.
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'] });
  return {
    async open(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const requests: string[] = [];
      context.on('request', (request) => { requests.push(request.url()); });
      return { page, foreign: (origin) => requests.filter((url) => !url.startsWith(origin) && !/^(?:data|blob|about):/.test(url)) };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

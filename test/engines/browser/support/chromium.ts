import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Headless Chromium of the system. Root needs it without its sandbox. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--disable-gpu'],
  });

/** A browser of one person: own cookies, English, short patience, so that a mistake is told soon. */
export async function person(browser: Browser, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1000, height: 800 }, ...options });
  context.setDefaultTimeout(10_000);
  return { context, page: await context.newPage() };
}

// GraphiQL in a real browser that can reach nothing but our port: the page, its editor and a query work without any other host.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestFront, type TestFront } from './front.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (CHROMIUM === undefined)
  console.warn('NOT TESTED: GraphiQL in a browser, for no Chromium is installed (apt-get install chromium)');

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront({ keys: [{ role: 'bot', name: 'b', key: 'b'.repeat(16) }] });
});
afterAll(() => front.server.close());

const page = (headers: Record<string, string> = {}) =>
  fetch(`${front.url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml', ...headers } });

describe('the GraphiQL page', () => {
  it('is open to a browser without a key, compressed, and not sent twice', async () => {
    const first = await page();
    expect(first.status).toBe(200);
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(await first.text()).toContain('Paramgate');
    const again = await page({ 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it('is sent plain to who does not take gzip', async () => {
    const plain = await page({ 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toMatch(/^\s*<!doctype html>/i);
  });

  it('may run its own script only, and talk to us only', async () => {
    const policy = (await page()).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[A-Za-z0-9+/=]+';/);
    expect(policy).toContain("connect-src 'self'");
  });

  it.skipIf(CHROMIUM === undefined)('loads and runs a query with no network but our port', async () => {
    const browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    });
    try {
      const tab = await browser.newPage();
      const elsewhere: string[] = [];
      const broken: string[] = [];
      tab.on('request', (request) => {
        if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(front.url))
          elsewhere.push(request.url());
      });
      tab.on('pageerror', (error) => broken.push(error.message));
      tab.on('console', (line) => {
        if (/Content Security Policy|Content-Security-Policy/.test(line.text())) broken.push(line.text());
      });
      await tab.setExtraHTTPHeaders({ authorization: `Bearer ${'b'.repeat(16)}` });
      await tab.goto(`${front.url}/graphql`);
      await tab.locator('.graphiql-execute-button').click({ timeout: 20_000 });
      await tab.locator('.graphiql-response', { hasText: 'FALLBACK' }).waitFor({ timeout: 20_000 });
      expect(elsewhere).toEqual([]);
      expect(broken).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

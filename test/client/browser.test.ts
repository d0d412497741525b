// The client in a real browser, bundled as its users bundle it; without a browser on the machine the test says that it was left out.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { startService, temporaryFolder } from '../support/executable.ts';
import { openWay } from './way.ts';

const BROWSER = process.env.PARAMGATE_TEST_CHROMIUM ?? '/usr/bin/chromium';

const PAGE = `
import { connect } from ${JSON.stringify(new URL('../../src/client/web.ts', import.meta.url).pathname)};
const client = connect({ url: location.origin });
const over = new AbortController();
const [levels, refused] = await Promise.allSettled([
  client.exitParams({ pair: 'BTC/USDT', leverage: 3 }),
  client.exitParams({ pair: 'BTC/USDT', leverage: -3 }),
]);
const events = client.exitParamsChanged([{ pair: 'ETH/USDT', leverage: 5 }], { signal: over.signal });
const followed = (await events.next()).value.pair;
over.abort();
globalThis.found = { source: levels.value.source, code: refused.reason.code, followed };
`;

async function pageScript(source: string): Promise<string> {
  await using bundle = await rolldown({
    input: 'page',
    platform: 'browser',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? 'page' : null),
        load: (id) => (id === 'page' ? source : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  return output[0].code;
}

const ELSEWHERE = (url: string) => `
import { connect } from ${JSON.stringify(new URL('../../src/client/web.ts', import.meta.url).pathname)};
const client = connect({ url: ${JSON.stringify(url)}, retries: 0 });
globalThis.found = await client.exitParams({ pair: 'BTC/USDT', leverage: 3 }).then(() => 'answered', ({ code }) => code);
`;

test.skipIf(!existsSync(BROWSER))('a page of another origin gets no answer', { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const service = await startService(folder.path);
  const script = await pageScript(ELSEWHERE(service.url));
  await using way = await openWay(service.url, `<!doctype html><script type="module">${script}</script>`);
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(way.url);
    await page.waitForFunction('globalThis.found !== undefined');
    expect(await page.evaluate('globalThis.found')).toBe('UNREACHABLE');
  } finally {
    await browser.close();
    await service.stop();
  }
});

test.skipIf(!existsSync(BROWSER))('asks and follows from a page', { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const service = await startService(folder.path);
  await using way = await openWay(
    service.url,
    `<!doctype html><script type="module">${await pageScript(PAGE)}</script>`,
  );
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(way.url);
    await page.waitForFunction('globalThis.found !== undefined');
    expect(faults).toEqual([]);
    expect(await page.evaluate('globalThis.found')).toEqual({
      source: 'FALLBACK',
      code: 'BAD_USER_INPUT',
      followed: 'ETH/USDT',
    });
    expect(way.bodies).toHaveLength(2);
  } finally {
    await browser.close();
    await service.stop();
  }
});

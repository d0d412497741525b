// The audits of the GraphQL over HTTP specification, by those who wrote it, against the running server.
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestFront, type TestFront } from './front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterAll(() => front.server.close());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${front.url}/graphql` });
  it('has audits', () => {
    expect(audits.length).toBeGreaterThanOrEqual(60);
  });
  it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
  });
});

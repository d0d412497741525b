// How the tests run: real Node, two workers at most so that a small machine is enough, no watch, no globals.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's development build for our sources while the libraries load the other one, and types of two builds do not mix.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests marked concurrent mostly wait for windows to close and orders to be settled.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Every store under test starts threads, and each would strip the types of all its modules anew: half of what such a test costs.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/paramgate-tests/', import.meta.url)) },
  },
});

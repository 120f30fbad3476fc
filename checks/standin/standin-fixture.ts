/** Stand-ins for the checks: a healthy one a worker, and others with faults for the test that asks. */
import { test as base } from '@playwright/test';
import { startStandin, type Standin, type StandinOptions } from '../../src/standin/start.ts';
import { mint, type User } from './plain-client.ts';

interface PerTest {
  /** A stand-in of the test's own, gone after it. */
  start: (options?: StandinOptions) => Promise<Standin>;
  /** A stand-in with these faults, gone after the test. */
  faulty: (...faults: string[]) => Promise<Standin>;
  alice: User;
  bob: User;
}

interface PerWorker {
  standin: Standin;
}

export const test = base.extend<PerTest, PerWorker>({
  standin: [
    async ({}, use) => {
      const standin = await startStandin({ heartbeatSeconds: 1 });
      await use(standin);
      await standin.close();
    },
    { scope: 'worker' },
  ],
  start: async ({}, use) => {
    const running: Standin[] = [];
    await use(async (options = {}) => {
      const standin = await startStandin({ heartbeatSeconds: 1, ...options });
      running.push(standin);
      return standin;
    });
    for (const standin of running) await standin.close();
  },
  faulty: async ({ start }, use) => {
    await use((...faults) => start({ faults }));
  },
  alice: async ({ standin }, use) => use(await mint(standin)),
  bob: async ({ standin }, use) => use(await mint(standin)),
});

export { expect } from '@playwright/test';

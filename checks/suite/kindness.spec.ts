/** What a run asks of its target, counted at the target, and what it leaves behind there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { agentStatusReply } from '../../src/contract/agents.ts';
import { chatMessagePage } from '../../src/contract/chat-messages.ts';
import { BUDGET } from '../../src/contract/limits.ts';
import { threadList } from '../../src/contract/threads.ts';
import { TURNED_AWAY } from '../../src/evidence/annotations.ts';
import { signLocally } from '../../fixtures/tokens.ts';
import type { StandinOptions } from '../../src/standin/start.ts';
import { startCounted, type Counted } from './counted-standin.ts';
import { idsWith, runSuite, type SuiteRun } from './suite-run.ts';

const OUTPUT = resolve(import.meta.dirname, '../../reports/checks');
const KEY = 'kindness-check-key';
const SECRET = 'kindness-check-signing-secret';
const STARTED = ['-c', 'checks/secrets/playwright.config.ts', '--project=preflight', '--project=p1-critical'];

/** A run against a target that the check has started; `remote` as against a staging. */
const runAgainst = async (
  reports: string,
  { remote, ...options }: StandinOptions & { readonly remote?: true },
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  look: (run: SuiteRun, counted: Counted) => Promise<void> | void,
): Promise<void> => {
  const counted = await startCounted({ bypassKey: KEY, secret: SECRET, heartbeatSeconds: 1, app: true, ...options });
  const { apiOrigin, authOrigin, appOrigin = '' } = counted.standin;
  const origins: Record<string, string> = remote
    ? { E2E_BASE_URL: apiOrigin, E2E_AUTH_URL: authOrigin, E2E_PACE: 'off' }
    : { STANDIN_ORIGIN: apiOrigin, STANDIN_AUTH_ORIGIN: authOrigin, STANDIN_APP_ORIGIN: appOrigin };
  try {
    await look(await runSuite(reports, { E2E_OAUTH_SIMULATION_KEY: KEY, ...origins, ...variables }, args), counted);
  } finally {
    await counted.close();
  }
};

/** What a user still has there. */
const leftOf = async (origin: string, user: string) => {
  const email = `${user.replace(/^e2e-/, '')}@staging.netrasystems.ai`;
  const authorization = `Bearer ${await signLocally(SECRET, email, user, 'staging')}`;
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${origin}${path}`, { headers: { authorization } })).json();
  const threads = threadList.parse(await read('/api/threads?limit=100'));
  const { total_count: messages } = chatMessagePage.parse(await read('/api/chat/messages?limit=100'));
  const agents = agentStatusReply.parse(await read('/api/agents/status'));
  return {
    user,
    threads: threads.filter(({ metadata }) => metadata?.['status'] !== 'archived').length,
    messages,
    running: agents.filter(({ status }) => status === 'running').length,
  };
};

const TIERS: Readonly<Record<string, readonly string[]>> = { P1: [], 'P1 and P2': ['--project=p2-high'] };

for (const [tier, args] of Object.entries(TIERS))
  test(`a run of ${tier} - as many requests and sockets as it says, within the budget, and nothing left`, async ({}, info) => {
    await runAgainst(info.outputPath('reports'), {}, [...STARTED, ...args], {}, async (run, counted) => {
      expect(idsWith(run.record, 'verified'), run.output).toHaveLength(22);
      const { requests, sockets, most, users, standin } = counted;
      const arrived = { requests: requests.api + requests.auth, sockets };
      mkdirSync(OUTPUT, { recursive: true });
      writeFileSync(
        join(OUTPUT, `spent-${tier.replaceAll(' ', '-')}.txt`),
        `${tier}: ${requests.api} requests to the API, ${requests.auth} to the auth service, ${sockets} sockets, ${users.size} users\n`,
      );
      expect(run.record.spent).toEqual(arrived);
      expect(run.output).toContain(`${arrived.requests} requests, ${arrived.sockets} sockets`);
      const allowed = BUDGET.requests + 20 * BUDGET.perConcurrentUser + BUDGET.reachingTheLimit;
      expect(arrived.requests).toBeLessThanOrEqual(allowed);
      expect(arrived.sockets).toBeLessThanOrEqual(BUDGET.sockets);
      // P1-04 is about a fourth socket, of its A; nobody else has more than three.
      const crowded = [...most].filter(([, count]) => count > 3);
      expect(crowded.map(([user, count]) => [/-w\d+-a$/.test(user), count])).toEqual([[true, 4]]);

      expect([...users].filter((user) => !user.startsWith(`e2e-gp-${run.record.runId}-`))).toEqual([]);
      const left = await Promise.all([...users].map((user) => leftOf(standin.apiOrigin, user)));
      expect(left.filter(({ threads, messages, running }) => threads + messages + running > 0)).toEqual([]);
      expect(left.length).toBeGreaterThan(20);
    });
  });

test('a budget that is used up - no further test begins, and the reason names the variable', async ({}, info) => {
  const args = [...STARTED, '--workers=1', '--grep', 'preflight|P1-0[5679]|P1-1[05]'];
  const variables = { E2E_REQUEST_BUDGET: '50' };
  await runAgainst(info.outputPath('reports'), { remote: true }, args, variables, (run, { requests }) => {
    const stopped = run.record.rows.filter(({ reason }) => reason?.includes('has used up its 50 requests') === true);
    expect(stopped.length, run.output).toBeGreaterThan(1);
    expect(stopped.every(({ result }) => result === 'unverified')).toBe(true);
    expect(stopped[0]?.reason).toContain('E2E_REQUEST_BUDGET');
    // The test that crosses the line is finished and cleaned up.
    expect(requests.api + requests.auth).toBeLessThan(130);
    expect(run.exitCode).toBe(1);
  });
});

test('a ban - the rest is unverified with that reason, and the target is left alone', async ({}, info) => {
  const preflight = 18;
  const faults = [`edge-ip-ban:requests=${preflight + 4}`];
  // One worker, so that the ban begins within the first claim: the part that meets it fails, the rest is stopped.
  await runAgainst(info.outputPath('reports'), { faults }, [...STARTED, '--workers=1'], {}, (run, { requests }) => {
    const stopped = run.record.rows.filter(({ reason }) => reason?.includes(TURNED_AWAY) === true);
    expect(stopped.length, run.output).toBeGreaterThan(12);
    expect(stopped.every(({ result }) => result === 'unverified')).toBe(true);
    expect(idsWith(run.record, 'failed').length).toBeGreaterThan(0);
    expect(run.record.causes.map(({ cause }) => cause)).toEqual(['edge-ip-ban']);
    expect(requests.api).toBeLessThan(preflight + 4 + 25);
  });
});

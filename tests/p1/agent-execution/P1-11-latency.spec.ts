import { MAX_SIMULATED_DELAY_SECONDS } from '../../../src/contract/agents.ts';
import { because } from '../../../src/evidence/failure.ts';
import { expectSuccess } from '../../../fixtures/agent-success.ts';
import { claim } from '../../../fixtures/claim.ts';
import { stampsOf } from '../../../fixtures/health-clock.ts';
import { requireSleep } from '../../../fixtures/hooks.ts';
import { sumPrompt } from '../../../fixtures/probes.ts';
import type { Reply } from '../../../fixtures/reply.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const FRESH = { connection: 'fresh' } as const;
const ENOUGH_CHECKS = 3;

/** Milliseconds of so many answers, one after another, sorted. */
const measureAnswers = async (alice: User, times: number) => {
  const durations: number[] = [];
  for (let time = 0; time < times; time++) {
    const probe = sumPrompt();
    const reply = await alice.agents.triage.response({ message: probe.text });
    expectSuccess('run', reply.ok('run'), 'triage', probe);
    durations.push(reply.ms);
  }
  return durations.sort((left, right) => left - right);
};

const median = (sorted: readonly number[]): number => {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
};

/** A run that sleeps, and what others ask while it does. */
const besideSlowRun = async ({ alice, bob, nobody, http }: ClaimTools, simulate_delay: number) => {
  await http.reserve('outside', 6);
  const [probe, bobsProbe] = [sumPrompt(), sumPrompt()];
  const slow = alice.agents.triage.response({ message: probe.text, simulate_delay });
  const others = (async () => {
    const checks = [];
    for (let time = 0; time < 5; time++) checks.push(await nobody.health.read.response(FRESH));
    return checks;
  })();
  const [delayed, bobs, list, checks] = await Promise.all([
    slow,
    bob.agents.triage.response({ message: bobsProbe.text }),
    alice.threads.list.response(),
    others,
  ]);
  return { simulate_delay, delayed, probe, checks, bobs, bobsProbe, list };
};
type Beside = Awaited<ReturnType<typeof besideSlowRun>>;

const servedMeanwhile = ({ delayed, checks, bobs, list }: Beside) => {
  const inTime = (replies: readonly Reply[]) => replies.filter(({ endedAt }) => endedAt < delayed.endedAt).length;
  return { checks: inTime(checks), neighbours: inTime([bobs, list]) };
};

/** Retries once with a four times longer sleep: a blocked server stays blocked, a slow machine catches up. */
const untilServed = async (tools: ClaimTools, seconds: number) => {
  const usual = await besideSlowRun(tools, Math.min(MAX_SIMULATED_DELAY_SECONDS, seconds));
  const served = servedMeanwhile(usual);
  if (served.checks >= ENOUGH_CHECKS && served.neighbours === 2) return { rounds: [usual], decisive: usual };
  const longer = await besideSlowRun(tools, Math.min(MAX_SIMULATED_DELAY_SECONDS, 4 * seconds));
  tools.note('measured again with a longer sleep', 'others were not served within the usual one');
  return { rounds: [usual, longer], decisive: longer };
};

const expectRound = ({ simulate_delay, delayed, probe, checks, bobs, bobsProbe, list }: Beside) => {
  expectSuccess('run.delayed', delayed.ok('run.delayed'), 'triage', probe);
  requireSleep(1_000 * simulate_delay, delayed.ms);
  expectSuccess('run.neighbour', bobs.ok('run.neighbour'), 'triage', bobsProbe);
  list.ok('list.neighbour');
  checks.forEach((reply) => reply.ok('health.meanwhile'));
};

test(
  ...claim('P1-11', {
    parts: {
      'the platform is alive and ready': async ({ nobody }) => {
        (await nobody.health.read.response()).ok('health');
        (await nobody.health.ready.response()).ok('health.ready');
      },

      'no response of /health comes from a cache': async ({ nobody, promised }) => {
        const read = () => nobody.health.read.response(FRESH);
        const times = [];
        for (let time = 0; time < 3; time++) times.push((await read()).ok('health.meanwhile').timestamp);
        const stamps = await stampsOf('health.meanwhile', promised.values('the time of /health', times), read);
        expect(
          new Set(stamps).size,
          because('http-body', 'health.meanwhile.fresh', 'no answer of /health comes from a cache'),
        ).toBe(stamps.length);
      },

      'ten answers, one after another, come in time': async ({ alice, column, secondary }) => {
        const durations = await measureAnswers(alice, 10);
        const [ninth = 0, slowest = 0] = durations.slice(8);
        expect(
          slowest,
          because('deadline', 'run.slowest', 'the slowest of ten answers comes in time'),
        ).toBeLessThanOrEqual(column({ remote: 10_000, standin: 2_000 }));
        const middle = median(durations);
        secondary('slow-median', middle <= column({ remote: 2_000, standin: 500 }), `${Math.round(middle)} ms`);
        secondary('slow-ninth', ninth <= column({ remote: 5_000, standin: 1_000 }), `${Math.round(ninth)} ms`);
      },

      'a slow run holds up nobody else': async (tools) => {
        const { alice, column, hooks, secondary } = tools;
        const usual = median(await measureAnswers(alice, 3)) / 1_000;
        await hooks.with('simulate_delay', async () => {
          const { rounds, decisive } = await untilServed(tools, column({ remote: 5, standin: 0.5 }) + 5 * usual);
          rounds.forEach(expectRound);
          const served = servedMeanwhile(decisive);
          expect(
            served.neighbours,
            because('deadline', 'neighbours.served', "neither B's run nor my own list waits for my slow request"),
          ).toBe(2);
          expect(
            served.checks,
            because('deadline', 'health.meanwhile.served', 'a slow request holds nobody up'),
          ).toBeGreaterThanOrEqual(ENOUGH_CHECKS);
          const slowestCheck = Math.max(...rounds.flatMap(({ checks }) => checks.map(({ ms }) => ms)));
          secondary('slow-health', slowestCheck <= 1_000, `${Math.round(slowestCheck)} ms`);
        });
      },
    },
  }),
);

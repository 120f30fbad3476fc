/** One process that opens N authenticated sockets, each with welcome, ping and one run; prints what it met as JSON. */
import { performance, monitorEventLoopDelay } from 'node:perf_hooks';
import { STANDIN_DEADLINES } from '../../src/contract/limits.ts';
import { DEFAULT_RELEASE } from '../../src/contract/releases.ts';
import { containsWholeNumber } from '../../src/contract/testability.ts';
import { runOf } from '../../fixtures/agent-run.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { Recorder } from '../../fixtures/recorder.ts';
import { Sockets } from '../../fixtures/sockets.ts';
import { Spending } from '../../fixtures/spending.ts';
import { signLocally } from '../../fixtures/tokens.ts';
import { trustIn } from '../../fixtures/trust.ts';
import { percentile } from './measure.ts';

const [url = '', secret = '', count = '20'] = process.argv.slice(2);
const N = Number(count);
/** Patience for a thousand at once on two cores; nothing here is a promise of the platform. */
const PATIENCE = 60_000;
const deadlines = Object.fromEntries(
  Object.keys(STANDIN_DEADLINES).map((name) => [name, PATIENCE]),
) as unknown as typeof STANDIN_DEADLINES;

const lag = monitorEventLoopDelay({ resolution: 10 });
lag.enable();
const recorder = new Recorder(() => Infinity);
const sockets = new Sockets(
  url,
  {
    environment: 'staging',
    deadlines,
    recorder,
    trust: trustIn(undefined),
    spending: new Spending(),
    release: () => DEFAULT_RELEASE,
  },
  'fail',
);
const users = await Promise.all(
  Array.from({ length: N }, async (_, index) => {
    const local = `gp-bench-${process.pid}-${index}`;
    const sub = `e2e-${local}`;
    const token = await signLocally(secret, `${local}@staging.netrasystems.ai`, sub, 'staging');
    return { label: local, token, sub };
  }),
);

const inUse = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
global.gc?.();
const before = inUse();
const begun = performance.now();
const connections = await Promise.all(users.map((identity) => sockets.connect('ramp', { identity })));
const connected = performance.now() - begun;
global.gc?.();
const memory = inUse() - before;
// From the beginning of the connect to the welcome, as a user waits.
const welcomes = connections.map(({ socket }) => socket.trace.welcomeAt ?? NaN);

const working = performance.now();
const lost = await Promise.all(
  connections.map(async ({ socket }) => {
    await socket.ping('ramp.ping');
    const [probe, id] = [sumPrompt(), newMarker()];
    await socket.send({ type: 'chat_message', message_id: id, payload: { content: probe.text } });
    // Rejects when a frame of the run is missing, doubled or out of order.
    const run = await runOf(socket, 'ramp.run', id);
    return containsWholeNumber(run.answer, probe.sum) ? 0 : 1;
  }),
);
const worked = performance.now() - working;
await sockets.disposeAll();
process.stdout.write(
  JSON.stringify({
    connectSeconds: connected / 1_000,
    workSeconds: worked / 1_000,
    p50: percentile(welcomes, 0.5),
    p95: percentile(welcomes, 0.95),
    p99: percentile(welcomes, 0.99),
    lost: lost.reduce<number>((sum, each) => sum + each, 0),
    kilobytes: memory / 1_024 / N,
    lagMs: lag.max / 1e6,
  }),
);

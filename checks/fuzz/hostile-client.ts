/** Meets hostile servers with the suite's own clients, in a process whose memory is measured. Prints one line of JSON a meeting. */
import { Agents, HttpClient } from '../../fixtures/http-client.ts';
import { Caller } from '../../fixtures/caller.ts';
import { ClassifiedError } from '../../src/evidence/failure.ts';
import { healthReply } from '../../src/contract/health.ts';
import { DEFAULT_RELEASE } from '../../src/contract/releases.ts';
import { agentStreamFrame } from '../../src/contract/sse.ts';
import { expectFrameOrder, knownFrames } from '../../fixtures/stream-checks.ts';
import { transcriptOf } from '../../fixtures/transcript.ts';
import { unpaced } from '../../fixtures/pace.ts';
import { Recorder } from '../../fixtures/recorder.ts';
import { Sockets } from '../../fixtures/sockets.ts';
import { overNode } from '../../fixtures/node-socket.ts';
import { Spending } from '../../fixtures/spending.ts';
import { trustIn } from '../../fixtures/trust.ts';
import { STANDIN_DEADLINES } from '../../src/contract/limits.ts';

/** Milliseconds that every wait may last. */
const DEADLINE = 600;
const [over = 'http', ...addresses] = process.argv.slice(2);
const deadlines = {
  ...STANDIN_DEADLINES,
  http: DEADLINE,
  upgrade: DEADLINE,
  welcome: DEADLINE,
  reply: DEADLINE,
  runEnd: DEADLINE,
};
const user = { label: 'A', token: 'gp-no-jwt', sub: 'e2e-gp-a' };

/** Characters of what the latest meeting would leave as evidence. */
let evidence = 0;

const meet = async (address: string): Promise<void> => {
  const recorder = new Recorder(() => Infinity);
  const spending = new Spending();
  const agents = new Agents(trustIn(undefined));
  const origin = `http://${address}`;
  const client = new HttpClient({
    origins: { api: origin, auth: origin },
    environment: 'staging',
    deadline: DEADLINE,
    slots: unpaced,
    spending,
    onBan: undefined,
    agents,
    recorder,
    release: () => DEFAULT_RELEASE,
    onPaced: () => undefined,
  });
  const caller = new Caller(client, user, deadlines);
  const sockets = new Sockets(
    `ws://${address}/ws`,
    { environment: 'staging', deadlines, recorder, trust: agents.trust, spending, release: () => DEFAULT_RELEASE },
    'fail',
    overNode,
  );
  try {
    if (over === 'http') (await caller.health.read.response()).ok('fuzz.http', healthReply);
    else if (over === 'stream') {
      const stream = await caller.agents.stream.open('fuzz.stream', { message: 'x' });
      const frames = knownFrames('fuzz.stream', 'event', await stream.all(), agentStreamFrame);
      expectFrameOrder(
        'fuzz.stream',
        frames.map(({ event }) => event),
        /agent_started stream_end/,
      );
    } else {
      const { socket } = await sockets.connect('fuzz.socket', { identity: user });
      await socket.ping('fuzz.socket');
    }
  } finally {
    await sockets.disposeAll();
    agents.close();
    // What a failed test would attach has to be bounded too.
    const { sockets: traces } = recorder;
    evidence = JSON.stringify(recorder.evidence('fuzz', 0, recorder)).length + traces.map(transcriptOf).join('').length;
  }
};

for (const address of addresses) {
  const begun = performance.now();
  let ended: { class: string; message: string };
  try {
    await meet(address);
    ended = { class: 'answered', message: '' };
  } catch (error) {
    // Whatever else than a classified error comes out is a finding of the check.
    ended =
      error instanceof ClassifiedError
        ? { class: error.failureClass, message: error.message }
        : { class: 'unclassified', message: error instanceof Error ? (error.stack ?? '') : String(error) };
  }
  const { maxRSS } = process.resourceUsage();
  console.log(
    JSON.stringify({
      address,
      ms: Math.round(performance.now() - begun),
      maxRssMiB: Math.round(maxRSS / 1024),
      evidence,
      ...ended,
    }),
  );
}

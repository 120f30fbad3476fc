/**
 * What one virtual user of Artillery does: the suite's own tokens, clients and contract, so that a wrong answer fails the
 * user as it would fail a test. Artillery brings the phases, the machines and the statistics.
 */
import { randomUUID } from 'node:crypto';
import { REMOTE_DEADLINES } from '../src/contract/limits.ts';
import { DEFAULT_RELEASE } from '../src/contract/releases.ts';
import { containsWholeNumber } from '../src/contract/testability.ts';
import { ClassifiedError } from '../src/evidence/failure.ts';
import { protect } from '../src/evidence/redaction.ts';
import { runOf } from '../fixtures/agent-run.ts';
import { loadEnvironment } from '../fixtures/environment.ts';
import { Agents, HttpClient } from '../fixtures/http-client.ts';
import { TokenSource } from '../fixtures/identities.ts';
import { unpaced } from '../fixtures/pace.ts';
import { newMarker, sumPrompt } from '../fixtures/probes.ts';
import { Recorder } from '../fixtures/recorder.ts';
import type { Reply } from '../fixtures/reply.ts';
import { Sockets } from '../fixtures/sockets.ts';
import { Spending } from '../fixtures/spending.ts';
import { readAuthority, trustIn } from '../fixtures/trust.ts';
import { User } from '../fixtures/user.ts';

/** Of Artillery's events, what is used here. */
interface Events {
  emit(event: 'counter' | 'histogram', name: string, value: number): void;
}

const environment = loadEnvironment();
environment.secrets.forEach((secret) => protect('key', secret));
const { target } = environment;
if (target === undefined)
  throw new Error('E2E_BASE_URL is not set: load needs a target, such as a stand-in or staging.');

const agents = new Agents(trustIn(readAuthority(environment)));
const spending = new Spending();
const tokens = new TokenSource(environment);
// No preflight here that could look.
const release = () => environment.contract ?? DEFAULT_RELEASE;

const clientOf = (recorder: Recorder): HttpClient =>
  new HttpClient({
    origins: { api: target.api, auth: target.auth },
    environment: environment.name,
    deadline: REMOTE_DEADLINES.http,
    // How fast requests come is the scenario's to say.
    slots: unpaced,
    spending,
    onBan: undefined,
    agents,
    recorder,
    release,
    onPaced: () => undefined,
  });

/** Of the failures of one machine, so many are told in full: a platform that is down has thousands. */
const TOLD = 10;
let told = 0;

/** Artillery counts errors by their code: class and key are few, messages with their ids are not. */
const counted =
  (does: (events: Events) => Promise<void>) =>
  async (_context: unknown, events: Events): Promise<void> => {
    try {
      await does(events);
    } catch (error) {
      if (!(error instanceof ClassifiedError)) throw error;
      if (told++ < TOLD) process.stderr.write(`${error.message}\n`);
      throw Object.assign(error, { code: `[${error.failureClass}] ${error.key}` });
    }
  };

const wrong = (key: string, promise: string): ClassifiedError => new ClassifiedError('foreign-data', key, promise);

/** Logs a user in that nobody has seen before. */
const newcomer = async (client: HttpClient): Promise<User> => {
  const session = await tokens.session(client, 'person', `${environment.userPrefix}-load-${randomUUID().slice(0, 8)}`);
  return new User(client, session, REMOTE_DEADLINES);
};

/** Log in, create and read a conversation and a message, take both away again. */
export const work = counted(async (events) => {
  const user = await newcomer(clientOf(new Recorder(() => Infinity)));
  const created: (() => Promise<Reply>)[] = [];
  try {
    const [title, content] = [newMarker(), newMarker()];
    const opened = await user.threads.create.response({ title });
    const { id } = opened.ok('load.create');
    created.push(() => user.threads.archive.response({ id }));
    const list = await user.threads.list.response();
    const own = list.ok('load.list');
    if (own.length !== 1 || own[0]?.id !== id)
      throw wrong('load.list', `a new user has ${own.length} conversations, expected the own one`);
    const posted = await user.messages.create.response({ content, thread_id: title });
    const { message } = posted.ok('load.post');
    created.push(() => user.messages.delete.response(message));
    const read = await user.messages.read.response(message);
    const kept = read.ok('load.read');
    if (kept.content !== content || kept.user_id !== user.id)
      throw wrong('load.read', 'the message is not read as this user wrote it');
    for (const { ms } of [opened, list, posted, read]) events.emit('histogram', 'goldenpath.http_ms', ms);
    events.emit('counter', 'goldenpath.worked', 1);
  } finally {
    for (const remove of created.reverse()) await remove();
  }
});

/** Log in, open the chat, ask the agent for a sum, and get that sum. */
export const chat = counted(async (events) => {
  const recorder = new Recorder(() => Infinity);
  const { trust } = agents;
  const settings = { environment: environment.name, deadlines: REMOTE_DEADLINES, recorder, trust, spending, release };
  const sockets = new Sockets(target.ws, settings, environment.degradation);
  try {
    const user = await newcomer(clientOf(recorder));
    const { socket } = await sockets.connect('load.connect', { identity: user.socketIdentity });
    events.emit('histogram', 'goldenpath.welcome_ms', socket.trace.welcomeAt ?? NaN);
    await socket.ping('load.ping');
    const [probe, id] = [sumPrompt(), newMarker()];
    const asked = performance.now();
    await socket.send({ type: 'chat_message', message_id: id, payload: { content: probe.text } });
    const run = await runOf(socket, 'load.run', id);
    if (!containsWholeNumber(run.answer, probe.sum))
      throw new ClassifiedError('answer-wrong', 'load.answer', `${probe.text} was answered with something else`);
    events.emit('histogram', 'goldenpath.answer_ms', performance.now() - asked);
    await socket.close('load.close');
    events.emit('counter', 'goldenpath.chatted', 1);
  } finally {
    await sockets.disposeAll();
  }
});

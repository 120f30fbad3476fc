/** The healthy server: what every seam decides when no fault is on. */
import { answer } from './agent.ts';
import { LIFETIME, login } from './auth-service.ts';
import { judgeGate } from './http/api.ts';
import { envelopeOf } from './http/reply.ts';
import { execute } from './routes/agents.ts';
import { agentFrames, chatFrames } from './routes/streams.ts';
import type { Connection } from './socket/connection.ts';
import { handle, receive, refuseMalformed, refuseOversize } from './socket/messages.ts';
import { eventsOf, startRun } from './socket/runs.ts';
import { authenticate } from './socket/serve.ts';
import { decideUpgrade, selectSubprotocol } from './socket/upgrade.ts';
import { archiveThread, changeThread, pageOfThread, renameThread, type StoredThread } from './stores.ts';
import type { Place, Seams } from './switchboard/seams.ts';
import type { World } from './world.ts';

const PACE_MS = 30;

const takePlace = (world: World, connection: Connection): Place => {
  const held = [...(world.places.get(connection.userId) ?? []), connection];
  const surplus = held.splice(
    0,
    Math.max(0, held.length - (world.release.socket.limits.connectionsPerUser ?? Infinity)),
  );
  world.places.set(connection.userId, held);
  return { admitted: true, evicted: surplus };
};

const releasePlace = (world: World, connection: Connection): void => {
  const held = (world.places.get(connection.userId) ?? []).filter((other) => other !== connection);
  if (held.length > 0) world.places.set(connection.userId, held);
  else world.places.delete(connection.userId);
};

const changed = (stored: StoredThread, change: (of: StoredThread) => void): StoredThread => {
  change(stored);
  return stored;
};

export const healthySeams = (world: World): Seams => ({
  'net.server': (_process, make) => make(),
  'net.announce': (_process, origin) => origin,
  'edge.answer': () => undefined,
  'app.asset': (_process, _name, content) => content,

  'http.respond': (_call, produce) => produce(),
  'http.answer': (_call, produce) => produce(),
  'http.problem': (_call, problem) => problem,
  'http.envelope': (_call, problem) => envelopeOf(problem, world.dialect.status(problem.status, problem.message)),
  'http.finish': (_call, reply) => reply,
  'http.transmit': (_call, send) => send(),
  'json.serialise': (_about, value) => JSON.stringify(value),

  'sse.frames': (_call, _stream, frames) => frames,
  'sse.bytes': (_call, chunks) => chunks,

  'auth.judge': (_unit, _surface, token) => world.tokens.judge(token),
  'auth.gate': judgeGate,
  'auth.administrator': () => false,
  'auth.login': (call, request) => login(world, call, request),
  'auth.lifetime': () => LIFETIME,
  'auth.spend': (_call, jti) => world.tokens.spend(jti),
  'auth.revoke': (_call, jti) => world.tokens.revoke(jti),

  'ws.headers': (_call, headers) => headers,
  'ws.upgrade': (call) => decideUpgrade(world, call.host, call.path),
  'ws.transport': () => undefined,
  'ws.subprotocol': (_call, offered) => selectSubprotocol(offered),
  'ws.accepted': (_connection, proceed) => proceed(),
  'ws.authenticate': (connection, presented) => authenticate(world, connection, presented),
  'ws.refusal': (_connection, frame) => frame,
  'ws.place': (connection) => takePlace(world, connection),
  'ws.release': (connection) => releasePlace(world, connection),
  'ws.greeting': (_connection, frames) => frames,
  'ws.heartbeat': (_connection, beat) => beat(),
  'ws.outgoing': (_connection, frame) => [frame],
  'ws.deliver': (_connection, text, write) => write(Buffer.from(text), true),
  'ws.close': (_connection, _code, _reason, close) => close(),

  'ws.receive': (connection, data) => receive(world, connection, data),
  'ws.oversize': (connection) => refuseOversize(world, connection),
  'ws.malformed': (connection) => refuseMalformed(world, connection),
  'ws.message': (connection, message) => handle(world, connection, message),
  'ws.chat': (connection, message) => startRun(world, connection, message),
  'ws.run': (connection, run) => eventsOf(world, connection, run),
  'ws.recipients': (connection) => [connection],

  'agent.answer': (_unit, question) => answer(question),
  'agent.execute': (call, request) => execute(world, call, request),
  'agent.stream': (call, request) => agentFrames(world, call, request),
  'chat.stream': (call, request, caller) => chatFrames(world, call, request, caller),
  pace: () => PACE_MS,

  'threads.create': (_unit, owner, draft) => world.threads.create(owner, draft),
  'threads.find': (_unit, id) => world.threads.find(id),
  'threads.permit': (_unit, stored, caller) => stored.owner === caller,
  'threads.update': (_unit, stored, change) => changed(stored, (thread) => changeThread(thread, change)),
  'threads.archive': (_unit, stored) => changed(stored, archiveThread),
  'threads.rename': (_unit, stored) => changed(stored, renameThread),
  'threads.messages': (_unit, stored, page) => pageOfThread(stored, page),
  'chat.create': (_unit, owner, draft) => world.chat.create(owner, draft),
  'chat.find': (_unit, id) => world.chat.find(id),
  'chat.list': (_unit, owner, label, page) => world.chat.list(owner, label, page),
  'chat.remove': (_unit, id) => world.chat.remove(id),
  'agents.start': (_call, owner, type, id) => world.agents.start(owner, type, id),
  'agents.end': (_call, owner, id, state) => world.agents.end(owner, id, state),
  'agents.list': (_call, owner) => world.agents.list(owner),
  'agents.find': (_call, owner, id) => world.agents.find(owner, id),
  'runs.find': (_call, owner, id) => world.runs.find(owner, id),

  'rate.take': (_about, bucket, user) => world.buckets[bucket].take(user),
});

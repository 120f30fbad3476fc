/** Event streams: one `data:` line of JSON a frame, flushed frame by frame; a client that leaves ends the run. */
import type { ServerResponse } from 'node:http';
import { sleep } from '../clock.ts';
import type { HttpCall, JsonObject } from '../unit.ts';
import type { World } from '../world.ts';
import type { Reply, StreamName } from './reply.ts';

async function* encoded(
  world: World,
  call: HttpCall,
  frames: AsyncIterable<JsonObject> | Iterable<JsonObject>,
): AsyncGenerator<Buffer> {
  let first = true;
  for await (const frame of frames) {
    if (!first) await sleep(world.seams.pace(call, 'sse-frame'), call.gone);
    first = false;
    if (call.gone.aborted) return;
    yield Buffer.from(`data: ${world.seams['json.serialise'](call, frame)}\n\n`);
  }
}

const written = (response: ServerResponse, chunk: Buffer): Promise<void> =>
  new Promise((resolve) => {
    response.write(chunk, () => resolve());
  });

export const writeStream = async (
  world: World,
  call: HttpCall,
  reply: Reply,
  stream: StreamName,
  frames: AsyncIterable<JsonObject>,
  response: ServerResponse,
): Promise<void> => {
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  const bytes = world.seams['sse.bytes'](call, encoded(world, call, world.seams['sse.frames'](call, stream, frames)));
  for await (const chunk of bytes) {
    if (call.gone.aborted) break;
    await written(response, chunk);
  }
  response.end();
};

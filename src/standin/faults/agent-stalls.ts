import { z } from 'zod';
import { sleep } from '../clock.ts';
import { defineFault } from '../switchboard/fault.ts';

async function* firstOf<Item>(count: number, items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> {
  let left = count;
  for await (const item of items) {
    yield item;
    left -= 1;
    // Kept open by nobody: the process may end all the same.
    if (left === 0) await new Promise<never>(() => undefined);
  }
}

export default defineFault({
  id: 'agent-stalls',
  layer: 'agents',
  origin: 'history',
  summary: 'runs begin and never end; HTTP agents give up with a timeout inside a 200',
  parameters: z.object({ ms: z.coerce.number().nonnegative().default(2_500) }),
  install: ({ wrap }, { ms }) => {
    wrap('ws.run', (next) => (connection, run) => firstOf(2, next(connection, run)));
    wrap('agent.stream', (next) => (call, request, caller) => firstOf(2, next(call, request, caller)));
    wrap('chat.stream', (next) => (call, request, caller) => firstOf(2, next(call, request, caller)));
    wrap(
      'agent.execute',
      () => async (call, request) => {
        await sleep(ms, call.gone);
        return {
          status: 'timeout',
          agent: request.agent,
          response: null,
          execution_time: ms / 1000,
          circuit_breaker_state: 'CLOSED',
          error: 'The agent did not answer in time',
        };
      },
      (_call, request) => !request.fail,
    );
  },
});

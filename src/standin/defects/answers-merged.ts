import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'answers-merged',
  layer: 'agents',
  origin: 'realistic',
  summary: 'agents that are asked at the same time write into one buffer: each caller reads the answers of all',
  parameters: z.object({ ms: z.coerce.number().positive().default(150) }),
  install: ({ wrap }, { ms }) => {
    let buffer: string[] = [];
    wrap('agent.execute', (next) => async (call, request) => {
      const mine = buffer;
      const reply = await next(call, request);
      mine.push(reply.response ?? '');
      await sleep(ms);
      if (buffer === mine) buffer = [];
      return { ...reply, response: mine.join('\n') };
    });
  },
});

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { onlyThe, positionParameter, requestParameters, requestsOf } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'reply-late',
  layer: 'rest',
  origin: 'realistic',
  summary: 'some requests are answered late',
  parameters: z.object({
    ...requestParameters,
    ms: z.coerce.number().positive(),
    only: positionParameter,
  }),
  install: ({ wrap }, { ms, only, ...requests }) => {
    const isIt = onlyThe(only);
    wrap(
      'http.respond',
      (next) => async (call, produce) => {
        if (isIt()) await sleep(ms);
        return next(call, produce);
      },
      requestsOf(requests),
    );
  },
});

import { z } from 'zod';
import { onlyThe, positionParameter, requestParameters, requestsOf } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';

const status = z.coerce.number().int().min(200).max(599);

export default defineFault({
  id: 'reply-status',
  layer: 'rest',
  origin: 'realistic',
  summary: 'some requests are answered with another status, body unchanged',
  parameters: z.object({
    ...requestParameters,
    of: status.default(200),
    to: status,
    only: positionParameter,
  }),
  install: ({ wrap }, { of, to, only, ...requests }) => {
    const matches = requestsOf(requests);
    const isIt = onlyThe(only);
    wrap(
      'http.finish',
      (next) => (call, given) => {
        const reply = next(call, given);
        return isIt() ? { ...reply, status: to } : reply;
      },
      (call, reply) => reply.status === of && matches(call),
    );
  },
});

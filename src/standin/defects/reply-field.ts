import { z } from 'zod';
import { editOf, editParameters, requestParameters, requestsOf } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'reply-field',
  layer: 'rest',
  origin: 'realistic',
  summary: 'one value of the JSON replies to some requests is wrong, missing or somebody else’s',
  parameters: z.object({
    ...requestParameters,
    ...editParameters,
    of: z.union([z.literal('any'), z.coerce.number().int()]).default(200),
  }),
  install: ({ wrap }, parameters) => {
    const matches = requestsOf(parameters);
    const edit = editOf(parameters);
    wrap(
      'http.finish',
      (next) => (call, given) => {
        const reply = next(call, given);
        return reply.body.kind === 'json' ? { ...reply, body: { kind: 'json', value: edit(reply.body.value) } } : reply;
      },
      (call, reply) => (parameters.of === 'any' || reply.status === parameters.of) && matches(call),
    );
  },
});

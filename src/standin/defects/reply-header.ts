import { z } from 'zod';
import { encodedText, requestParameters, requestsOf } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'reply-header',
  layer: 'rest',
  origin: 'realistic',
  summary: 'a header of some replies is another one, or missing where no value is given',
  parameters: z.object({
    ...requestParameters,
    name: z.string().min(1),
    from: encodedText.optional(),
    to: encodedText.optional(),
    of: z.coerce.number().int().default(200),
  }),
  install: ({ wrap }, { name, from, to, of, ...requests }) => {
    const matches = requestsOf(requests);
    wrap(
      'http.finish',
      (next) => (call, given) => {
        const reply = next(call, given);
        const { [name]: old, ...others } = reply.headers;
        if (to === undefined) return { ...reply, headers: others };
        const value = from === undefined ? to : (old ?? '').replace(from, to);
        return { ...reply, headers: { ...reply.headers, [name]: value } };
      },
      (call, reply) => reply.status === of && matches(call),
    );
  },
});

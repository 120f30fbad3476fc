import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'control-late-tcp-close',
  layer: 'control',
  origin: 'control',
  summary: 'after every close frame TCP stays open for half a second',
  parameters: z.object({ delay: z.coerce.number().nonnegative().default(500) }),
  install: ({ wrap }, { delay }) =>
    wrap('ws.transport', (next) => (call, stream) => {
      next(call, stream);
      const end = stream.end.bind(stream);
      stream.end = () => {
        setTimeout(() => void end(), delay);
        return stream;
      };
    }),
});

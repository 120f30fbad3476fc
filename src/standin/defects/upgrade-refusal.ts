import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'upgrade-refusal',
  layer: 'handshake',
  origin: 'realistic',
  summary: 'an upgrade at a path that nobody serves is refused with another status, or accepted as the chat',
  parameters: z.object({ to: z.union([z.literal('accepted'), z.coerce.number().int().min(300).max(599)]) }),
  install: ({ wrap }, { to }) =>
    wrap('ws.upgrade', (next) => (call) => {
      const decision = next(call);
      if (decision.kind !== 'refuse') return decision;
      return to === 'accepted' ? { kind: 'accept', endpoint: 'chat' } : { ...decision, status: to };
    }),
});

import { z } from 'zod';
import { LIMITS } from '../../contract/limits.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'limit-socket-leak',
  layer: 'limits',
  origin: 'history',
  summary: 'closed sockets keep their place: from the fourth connect on 1011 without a frame',
  parameters: z.object({ places: z.coerce.number().int().positive().default(LIMITS.connectionsPerUser) }),
  install: ({ wrap }, { places }) => {
    const taken = new Map<string, number>();
    wrap('ws.place', (next) => (connection) => {
      const held = taken.get(connection.userId) ?? 0;
      if (held >= places) return { admitted: false, evicted: [] };
      taken.set(connection.userId, held + 1);
      return next(connection);
    });
  },
});

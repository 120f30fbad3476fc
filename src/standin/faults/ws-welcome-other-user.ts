import type { Connection } from '../socket/connection.ts';
import { isAdmitted } from '../switchboard/about.ts';
import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

/** Somebody whom the server has seen; a name of nobody if there is none. */
const otherThan = (userId: string, known: readonly string[]): string =>
  known.findLast((other) => other !== userId && other.startsWith('e2e-')) ?? 'e2e-gp-0000-w0-z';

const renamed = (value: unknown, from: Connection, other: string): unknown => {
  if (Array.isArray(value)) return value.map((item: unknown) => renamed(item, from, other));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'user_id' && inner === from.userId) return [key, other];
      if (key === 'connection_id' && inner === from.connectionId) {
        const tail = from.connectionId.split('_').slice(-2).join('_');
        return [key, `ws_${other.slice(0, 16)}_${tail}`];
      }
      return [key, renamed(inner, from, other)];
    }),
  );
};

export default defineFault({
  id: 'ws-welcome-other-user',
  layer: 'welcome',
  origin: 'history',
  summary: 'welcome, pong and ack belong to another test user',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) => {
    const mixedUp = new WeakMap<Connection, string>();
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => {
        const other = mixedUp.get(connection) ?? otherThan(connection.userId, server.users());
        mixedUp.set(connection, other);
        return next(connection, frame).map((sent) => {
          const changed = renamed(sent, connection, other);
          return isObject(changed) ? changed : sent;
        });
      },
      isAdmitted,
    );
  },
});

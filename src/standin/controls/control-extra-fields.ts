import { isObject, type JsonObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

/** What belongs to the user or is looked up by key is not the server's to extend. */
const NOT_OURS = ['metadata', 'input', 'original', 'services'];

const extended = (value: unknown, flags = false): unknown => {
  if (Array.isArray(value)) return value.map((item: unknown) => extended(item));
  if (!isObject(value)) return value;
  const inner = Object.entries(value).map(([key, field]): [string, unknown] => {
    if (!NOT_OURS.includes(key)) return [key, extended(field, key === 'features')];
    return [key, key === 'services' && isObject(field) ? eachExtended(field) : field];
  });
  // A table of switches stays one: its new entry is a switch too.
  return Object.fromEntries([...inner, ['zz_new_field', flags ? true : { since: '2.1', list: [1, 'two', null] }]]);
};
const eachExtended = (table: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(table).map(([key, field]) => [key, extended(field)]));
const extendedObject = (value: JsonObject): JsonObject => {
  const changed = extended(value);
  return isObject(changed) ? changed : value;
};

export default defineFault({
  id: 'control-extra-fields',
  layer: 'control',
  origin: 'control',
  summary: 'unknown fields at every level of every reply, frame and event',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap('http.finish', (next) => (call, reply) => {
      const finished = next(call, reply);
      return finished.body.kind === 'json'
        ? { ...finished, body: { kind: 'json', value: extended(finished.body.value) } }
        : finished;
    });
    wrap(
      'sse.frames',
      (next) =>
        async function* (call, stream, frames) {
          for await (const frame of next(call, stream, frames)) yield extendedObject(frame);
        },
    );
    wrap('ws.outgoing', (next) => (connection, frame) => next(connection, frame).map(extendedObject));
  },
});

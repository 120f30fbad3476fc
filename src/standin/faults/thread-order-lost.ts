import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'thread-order-lost',
  layer: 'rest',
  origin: 'realistic',
  summary: 'messages of a thread that share a second come sorted by their id, which is random',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('threads.messages', (next) => (unit, stored, page) => {
      const all = next(unit, stored, { offset: 0, limit: Number.MAX_SAFE_INTEGER });
      const sorted = all.messages.toSorted(
        (left, right) => left.created_at - right.created_at || left.id.localeCompare(right.id),
      );
      return { ...all, messages: sorted.slice(page.offset, page.offset + page.limit) };
    }),
});

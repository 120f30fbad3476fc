import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'history-total-wrong',
  layer: 'rest',
  origin: 'realistic',
  summary: 'total of thread messages is the length of the page',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('threads.messages', (next) => (unit, stored, page) => {
      const { messages } = next(unit, stored, page);
      return { messages, total: messages.length };
    }),
});

import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

/** Longer than messages sent in one breath are apart. */
const HELD_BACK_MS = 150;

export default defineFault({
  id: 'msg-overtakes',
  layer: 'messages',
  origin: 'realistic',
  summary: 'two workers take chat messages in turn and one of them is slow: every second message is overtaken',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let taken = 0;
    wrap('ws.chat', (next) => (connection, message) => {
      taken += 1;
      if (taken % 2 === 1) next(connection, message);
      else setTimeout(() => next(connection, message), HELD_BACK_MS);
    });
  },
});

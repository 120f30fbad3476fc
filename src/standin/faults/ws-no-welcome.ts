import { isWelcome } from '../socket/frames.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-no-welcome',
  layer: 'welcome',
  origin: 'history',
  summary: 'everything works, but the welcome is never sent',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.greeting',
      (next) => (connection, frames) => next(connection, frames).filter((frame) => !isWelcome(frame)),
    ),
});

import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'thread-update-lost',
  layer: 'rest',
  origin: 'history',
  summary: 'PUT and DELETE of a thread answer with the new state and keep the old one; rename=on: auto-rename too',
  parameters: z.object({ rename: z.enum(['on', 'off']).default('off') }),
  install: ({ wrap }, { rename }) => {
    // The change is made to a copy, so the reply shows it and nothing else ever does.
    wrap('threads.update', (next) => (unit, stored, change) => next(unit, structuredClone(stored), change));
    wrap('threads.archive', (next) => (unit, stored) => next(unit, structuredClone(stored)));
    if (rename === 'on') wrap('threads.rename', (next) => (unit, stored) => next(unit, structuredClone(stored)));
  },
});

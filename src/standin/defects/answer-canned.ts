import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

const TEXT = 'I have looked at your request and everything is in order. Let me know if there is anything else.';

export default defineFault({
  id: 'answer-canned',
  layer: 'agents',
  origin: 'realistic',
  summary: 'one surface of the agents answers the same, whatever was asked',
  parameters: z.object({ surface: z.enum(['http', 'agents-stream', 'chat-stream', 'ws']) }),
  install: ({ wrap }, { surface }) =>
    wrap(
      'agent.answer',
      (next) => (unit, question) => ({ ...next(unit, question), text: TEXT }),
      (_unit, question) => question.surface === surface,
    ),
});

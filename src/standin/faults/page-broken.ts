import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

/** What the script says when it is whole, and what it says then. */
const CHANGES = {
  history: ['for (const { role, content } of messages)', 'for (const { role, content } of [])'],
  reconnect: ["addEventListener('online', () => socket !== undefined && connect());", ''],
  /** Steps of the agent are not shown. */
  progress: [
    "const write = (card, text, className = 'text') => {",
    "const write = (card, text, className = 'text') => {\n  if (className === 'step') return;",
  ],
  /** The button does nothing, and the form keeps what was typed. */
  'sign-in': [
    "byId('login').addEventListener('submit', async (event) => {\n  event.preventDefault();",
    "byId('login').addEventListener('submit', async (event) => {\n  event.preventDefault();\n  return;",
  ],
  answer: ['write(card, result.answer);', "write(card, 'Done.');"],
} as const;

const MAINTENANCE = '<!doctype html><title>Soon back</title><h1>We are updating the platform</h1>';

export default defineFault({
  id: 'page-broken',
  layer: 'page',
  origin: 'realistic',
  summary:
    'the chat page: what=history, reconnect, progress or answer is lost; what=sign-in keeps its form, with field=text readable; what=maintenance is another page',
  parameters: z.object({
    what: z.enum(['history', 'reconnect', 'progress', 'answer', 'sign-in', 'maintenance']),
    field: z.enum(['password', 'text']).default('password'),
  }),
  install: ({ wrap }, { what, field }) =>
    wrap('app.asset', (next) => (process, name, content) => {
      const whole = next(process, name, content).replace('type="password"', `type="${field}"`);
      if (what === 'maintenance') return name === 'index.html' ? MAINTENANCE : whole;
      if (name !== 'app.js') return whole;
      const [from, to] = CHANGES[what];
      if (!whole.includes(from)) throw new Error(`page-broken: app.js does not say ${from}`);
      return whole.replace(from, to);
    }),
});

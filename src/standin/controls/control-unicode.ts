import type { JsonObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const SEPARATORS = [',', "'", '\u00a0', '\u2009'];
/** A number that stands alone; digits of a marker or a digest do not. */
const NUMBER = /(?<![\w.-])\d{4,}(?![\w-])/g;

const separated = (digits: string, separator: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, separator);

const renamed = (frame: JsonObject): JsonObject =>
  typeof frame['agent_name'] === 'string' ? { ...frame, agent_name: 'Supervisor 🧭 مُشرف e\u0301' } : frame;

const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export default defineFault({
  id: 'control-unicode',
  layer: 'control',
  origin: 'control',
  summary:
    'emoji, combining marks, right-to-left text and escapes in names, reasoning and answers; sums with separators',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let answers = 0;
    let texts = 0;
    wrap('agent.answer', (next) => (unit, question) => {
      const answer = next(unit, question);
      answers += 1;
      const separator = SEPARATORS[answers % SEPARATORS.length] ?? ',';
      const text = answer.text.replace(NUMBER, (digits) => separated(digits, separator));
      return { ...answer, text: `🎉 ${text} — שלום 👩‍👩‍👧 e\u0301`, reasoning: `🤔 ${answer.reasoning} — 考える` };
    });
    wrap('threads.rename', (next) => (unit, stored) => {
      const kept = next(unit, stored);
      kept.thread.title = `✨ ${kept.thread.title ?? ''} 漢字`;
      return kept;
    });
    wrap('ws.outgoing', (next) => (connection, frame) => next(connection, frame).map(renamed));
    wrap(
      'sse.frames',
      (next) =>
        async function* (call, stream, frames) {
          for await (const frame of next(call, stream, frames)) yield renamed(frame);
        },
    );
    wrap('json.serialise', (next) => (about, value) => {
      texts += 1;
      return texts % 2 === 0 ? escaped(next(about, value)) : next(about, value);
    });
  },
});

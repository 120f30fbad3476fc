import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const escaped = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const written = (value: unknown, gap: string): string => {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => written(item ?? null, gap)).join(`${gap},`)}]`;
  if (isObject(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${gap}${fields
      .reverse()
      .map(([key, field]) => `${escaped(key)}${gap}:${gap}${written(field, gap)}`)
      .join(`${gap},${gap}`)}${gap}}`;
  }
  return typeof value === 'string' ? escaped(value) : JSON.stringify(value);
};

export default defineFault({
  id: 'control-reordered-keys',
  layer: 'control',
  origin: 'control',
  summary: 'keys in reverse order, whitespace and escapes varied',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let texts = 0;
    wrap('json.serialise', () => (_about, value) => {
      texts += 1;
      // Never a line break: a frame of an event stream is one line.
      return written(value, ['', ' ', '  ', '\t'][texts % 4] ?? '');
    });
  },
});

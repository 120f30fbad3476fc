import { inert } from './inert.ts';

/** One line, bounded; control characters of a server's text never reach a terminal or a page. */
export const oneLine = (text: string, longest: number): string => {
  // eslint-disable-next-line no-control-regex
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  const shown = inert(flat);
  return shown.length <= longest ? shown : `${shown.slice(0, longest - 1)}…`;
};

/**
 * Text of a server or a page that does nothing where it is shown: no escape sequence, no control character, no bidi
 * override, and no command of a CI service that reads the log.
 */
import { abridged } from './bounds.ts';

/** Bidi overrides, and the line and paragraph separators that some consumers break lines at. */
const DIRECTIONS = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// eslint-disable-next-line no-control-regex -- finding them is what this is for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]|\r(?!\n)/g;
// eslint-disable-next-line no-control-regex -- as above
const ESCAPE = /\u001b/g;
/** Colours that Playwright uses; text that is concealed is none of them. */
const COLOUR = '\\u001b\\[(?:[0-47]|2[2-47]|3[1-79]|9[0-7])?m';
const COLOURS = new RegExp(COLOUR, 'g');
const ESCAPE_NOT_COLOUR = new RegExp(`(?!${COLOUR})\\u001b`, 'g');

/** Commands at the beginning of a line: GitHub's `::error`, Buildkite's groups. */
const AT_LINE_START = /(?=::|(?:---|\+\+\+|~~~|\^\^\^)(?:\s|$))(?<=^\s*)/gm;
/** Commands anywhere in it: `##[`, `##vso[`, `##teamcity[`, and the sections of GitLab and Travis CI. */
const HASHES = /#(?=#\w{0,30}\[)/g;
const SECTIONS = /(?<=section_(?:start|end)|travis_(?:fold|time)):/g;

const DOT = '·';

const withoutControls = (text: string): string => text.replace(CONTROLS, DOT).replace(DIRECTIONS, DOT);
const withoutCommands = (text: string): string =>
  text.replace(AT_LINE_START, DOT).replace(HASHES, `#${DOT}`).replace(SECTIONS, `${DOT}:`);

/** What a terminal or a CI service would obey is broken by a dot; line breaks and tabs stay. */
export const inert = (text: string): string => withoutCommands(withoutControls(text.replace(ESCAPE, DOT)));

/** The same, except for colours: Playwright's own messages have them. A log drops them, so a command must not be made of what is left. */
export const inertButColours = (text: string): string => {
  const coloured = withoutControls(text.replace(ESCAPE_NOT_COLOUR, DOT));
  const bare = coloured.replace(COLOURS, '');
  const shown = withoutCommands(bare);
  return shown === bare ? coloured : shown;
};

interface Shown {
  message?: string;
  stack?: string;
  value?: string;
  cause?: unknown;
}
const isShown = (error: unknown): error is Shown => typeof error === 'object' && error !== null;

/** Makes the texts of an error, and of what caused it, harmless and short, in place: runners print them. */
export const inertError = (error: unknown): void => {
  for (let each = error, depth = 0; isShown(each) && depth < 10; each = each.cause, depth++)
    for (const name of ['message', 'stack', 'value'] as const) {
      const text: unknown = each[name];
      const shown = typeof text === 'string' ? inertButColours(abridged(text)) : text;
      if (typeof shown === 'string' && shown !== text) each[name] = shown;
    }
};

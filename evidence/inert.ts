/** Text of a server that does nothing where it is shown: no escape sequence, no control character, no turned direction. */

/** Marks that turn the direction of what follows, so that a text can read as another one. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// eslint-disable-next-line no-control-regex -- finding them is what this is for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]|\r(?!\n)/g;
// eslint-disable-next-line no-control-regex -- as above
const ESCAPE = /\u001b/g;
// eslint-disable-next-line no-control-regex -- as above
const ESCAPE_NOT_COLOUR = /\u001b(?!\[[\d;]*m)/g;

const DOT = '·';

/** Every such character as a dot; line breaks and tabs stay. */
export const inert = (text: string): string =>
  text.replace(ESCAPE, DOT).replace(CONTROLS, DOT).replace(DIRECTIONS, DOT);

/** The same, except for colours: Playwright's own messages have them. */
export const inertButColours = (text: string): string =>
  text.replace(ESCAPE_NOT_COLOUR, DOT).replace(CONTROLS, DOT).replace(DIRECTIONS, DOT);

/** How much is taken from outside. No response, stream, socket or page of the contract comes near these. */

export const JSON_BOUNDS = {
  characters: 2 * 1024 * 1024,
  /** Of one text in it, as sent: a message has at most 8,000 code points, each of up to 12 characters when escaped. */
  text: 256 * 1024,
  values: 20_000,
  levels: 64,
} as const;

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\,[]{}');

/** Why a text is not parsed as JSON, in words, found before the parser fills the memory; undefined = it may be. */
export const unreasonable = (text: string): string | undefined => {
  if (text.length > JSON_BOUNDS.characters) return `it has more than ${JSON_BOUNDS.characters} characters`;
  let values = 1;
  let level = 0;
  /** Where the string that is being read began; -1 = outside of strings. */
  let begun = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      if (begun >= 0 && at - begun > JSON_BOUNDS.text)
        return `a text in it has more than ${JSON_BOUNDS.text} characters`;
      begun = begun < 0 ? at : -1;
    } else if (begun >= 0) at += code === BACKSLASH ? 1 : 0;
    else if (code === COMMA) values++;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      values++;
      level++;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) level--;
    if (values > JSON_BOUNDS.values) return `it has more than ${JSON_BOUNDS.values} values`;
    if (level > JSON_BOUNDS.levels) return `it is nested more than ${JSON_BOUNDS.levels} levels deep`;
  }
  return undefined;
};

/** What a server may send over one socket; a single frame may have 16 MiB. */
export const SOCKET_BOUNDS = { frames: 10_000, bytes: 24 * 1024 * 1024 } as const;

/** Frames of one event stream; its bytes are bounded like those of every body. */
export const STREAM_FRAMES = 10_000;

/** What a page may do in one test: console messages, errors, requests, sockets, further pages. */
export const PAGE_BOUNDS = {
  events: 2_000,
  /** Windows that are open at once; each is a process of the browser. */
  windows: 10,
  /** Characters of its console. */
  characters: 4 * 1024 * 1024,
  /** Problems that are kept. */
  problems: 50,
} as const;

/** The texts that a page's conversation shows, one after the other. */
export const CONVERSATION_BOUNDS = { texts: 2_000, characters: 4 * 1024 * 1024 } as const;

const ERROR_BOUNDS = { lines: 200, lineLength: 2_000, characters: 32 * 1024 } as const;

const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length - longest} more characters)`;

/** The beginning and the end of a long text, such as a message with a difference in it. */
export const abridged = (text: string): string => {
  const { lines: most, lineLength, characters } = ERROR_BOUNDS;
  if (text.length <= lineLength) return text;
  const lines = text.split('\n');
  const kept =
    lines.length <= most
      ? lines
      : [...lines.slice(0, most / 2), `… ${lines.length - most} more lines …`, ...lines.slice(-most / 2)];
  return shortened(kept.map((line) => shortened(line, lineLength)).join('\n'), characters);
};

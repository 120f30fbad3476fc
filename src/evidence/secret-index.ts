/** Finds pieces of known secrets in a text, in one pass over it however many secrets are known. */
import { fold } from './spelling.ts';

/** A secret, or a part of one, in one of its forms; `text` is folded. */
export interface Form {
  readonly text: string;
  readonly mask: string;
  /** So many characters in a row have to match. */
  readonly leastAt: (offset: number) => number;
}
interface Place {
  readonly form: Form;
  readonly at: number;
}
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly mask: string;
}

const FACTOR = 0x01000193;
/** Bits of a hash that a filter keeps; few texts pass it by chance. */
const FILTER_BITS = 20;
/** Secrets may share a piece; so many are compared for the longest match. */
const CANDIDATES = 4;

/** Pieces of one width, found by a rolling hash. */
class Pieces {
  readonly width: number;
  readonly #places = new Map<string, Place[]>();
  readonly #filter = new Uint8Array(1 << FILTER_BITS);
  /** What the character that leaves the window contributed to the hash. */
  readonly #leaving: number;

  constructor(width: number) {
    this.width = width;
    this.#leaving = Array.from({ length: width }).reduce<number>((power) => Math.imul(power, FACTOR), 1);
  }

  add(form: Form, at: number): void {
    const piece = form.text.slice(at, at + this.width);
    const places = this.#places.get(piece) ?? [];
    if (places.length >= CANDIDATES) return;
    places.push({ form, at });
    this.#places.set(piece, places);
    let hash = 0;
    for (let index = 0; index < this.width; index++) hash = (Math.imul(hash, FACTOR) + piece.charCodeAt(index)) | 0;
    this.#filter[hash >>> (32 - FILTER_BITS)] = 1;
  }

  find(text: string, found: Found[]): void {
    const { width } = this;
    let hash = 0;
    let clear = 0;
    for (let index = 0; index < text.length; index++) {
      hash = (Math.imul(hash, FACTOR) + fold(text.charCodeAt(index))) | 0;
      if (index - clear >= width) hash = (hash - Math.imul(this.#leaving, fold(text.charCodeAt(index - width)))) | 0;
      if (index - clear < width - 1 || this.#filter[hash >>> (32 - FILTER_BITS)] === 0) continue;
      const hit = this.#at(text, index - width + 1, clear);
      if (hit === undefined) continue;
      found.push(hit);
      clear = hit.end;
      index = clear - 1;
      hash = 0;
    }
  }

  /** The longest match around a piece that begins here; nothing before `clear` is looked at again. */
  #at(text: string, start: number, clear: number): Found | undefined {
    let piece = '';
    for (let index = start; index < start + this.width; index++)
      piece += String.fromCharCode(fold(text.charCodeAt(index)));
    let longest: Found | undefined;
    for (const { form, at } of this.#places.get(piece) ?? []) {
      let [before, after] = [0, this.width];
      while (start - before > clear && at - before > 0 && same(text, start - before - 1, form.text, at - before - 1))
        before++;
      while (
        start + after < text.length &&
        at + after < form.text.length &&
        same(text, start + after, form.text, at + after)
      )
        after++;
      if (before + after < form.leastAt(at - before)) continue;
      if (longest === undefined || before + after > longest.end - longest.start)
        longest = { start: start - before, end: start + after, mask: form.mask };
    }
    return longest;
  }
}

const same = (text: string, at: number, form: string, formAt: number): boolean =>
  fold(text.charCodeAt(at)) === form.charCodeAt(formAt);

/** Shorter forms are found whole. */
export const PIECE = 12;

export class SecretIndex {
  readonly #widths = new Map<number, Pieces>();

  /** `stride`: at every how many characters a piece begins. A long form needs fewer. */
  add(form: Form, stride = 1): void {
    const width = Math.min(PIECE, form.text.length);
    const pieces = this.#widths.get(width) ?? new Pieces(width);
    this.#widths.set(width, pieces);
    for (let at = 0; at + width <= form.text.length; at += stride) pieces.add(form, at);
  }

  find(text: string): Found[] {
    const found: Found[] = [];
    for (const pieces of this.#widths.values()) if (text.length >= pieces.width) pieces.find(text, found);
    return found;
  }
}

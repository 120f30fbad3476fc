/** HTML by tagged template: every value is escaped unless it is markup made here. */
import { inert } from '../../evidence/inert.ts';

const MARKUP = Symbol('markup');

export interface Markup {
  readonly [MARKUP]: string;
}

type Value = string | number | Markup | null | undefined | readonly Value[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escaped text; control characters, turned directions and halves of surrogate pairs become visible dots. */
const escaped = (text: string): string =>
  inert(text)
    .replace(/(?![\t\n])\p{Cc}|\p{Cs}/gu, '·')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

const rendered = (value: Value): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return value.toString();
  if (isList(value)) return value.map(rendered).join('');
  return value[MARKUP];
};

/** Markup that a library made; never for text of a server or of a test. */
export const trusted = (text: string): Markup => ({ [MARKUP]: text });

export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  trusted(strings.reduce((all, part, index) => all + rendered(values[index - 1]) + part));

export const textOf = (markup: Markup): string => markup[MARKUP];

/** Pictures by Observable Plot, rendered to SVG when the report is made. */
import type * as PlotLibrary from '@observablehq/plot';
import { z } from 'zod';
import { trusted } from './template.ts';
import type { Markup } from './template.ts';

/** What is used of linkedom's document; the compiler knows no DOM here. */
interface Picture {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  querySelectorAll(selector: string): Iterable<{ remove(): void; removeAttribute(name: string): void }>;
}
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const picture = z.custom<Picture>((value) => isObject(value) && 'outerHTML' in value);

type Draw = (plot: typeof PlotLibrary) => PlotLibrary.PlotOptions;

let libraries: { readonly plot: typeof PlotLibrary; readonly parseHTML: (text: string) => object } | undefined;

/** Loads what draws. It takes as long as a test does, so a reporter asks for it while the tests run. */
export const loadCharts = async (): Promise<void> => {
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  libraries = { plot, parseHTML };
};

/** @param label what the picture shows, for those who do not see it */
export const chart = (label: string, draw: Draw): Markup => {
  if (libraries === undefined) throw new Error('loadCharts comes before the first chart');
  const { plot, parseHTML } = libraries;
  // The compiler knows no DOM here, so linkedom's own types say nothing.
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { document: object };
  const drawn = picture.parse(plot.plot(Object.assign({ ...draw(plot), className: 'plot' }, { document })));
  // The page's policy admits no styles but its own sheet.
  for (const style of drawn.querySelectorAll('style')) style.remove();
  for (const styled of drawn.querySelectorAll('[style]')) styled.removeAttribute('style');
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', label);
  return trusted(drawn.outerHTML);
};

/** `index.html`: one self-contained page. Its policy admits nothing but the sheet and the script that stand in it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant, shown } from '../format.ts';
import type { Report } from '../report.ts';
import { banner } from './banner.ts';
import { breaches } from './breaches.ts';
import { capabilityMap } from './capability-map.ts';
import { causes } from './causes.ts';
import { facts } from './facts.ts';
import { grid } from './grid.ts';
import { readings } from './readings.ts';
import { results } from './results.ts';
import { SCRIPT } from './script.ts';
import { html, textOf } from './template.ts';
import { timeline } from './timeline.ts';
import { trend } from './trend.ts';

const hash = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

export function* page(report: Report): Generator<string> {
  const { record, assessment } = report;
  const style = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8');
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n';
  yield textOf(html`<meta http-equiv="Content-Security-Policy" content="${policy}" /> `);
  yield '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">\n';
  yield textOf(html`<title>${shown(assessment)} – goldenpath, ${instant(record.startedAt)}</title> `);
  yield `<style>${style}</style></head>\n<body>`;
  yield '<a class="skip" href="#results-title">Skip to the results</a>\n';
  yield textOf(banner(report));
  yield '<main class="wrap">\n';
  const breached = breaches(report);
  if (breached !== null) yield textOf(breached);
  yield textOf(readings(report));
  if (assessment.reasons.length > 1)
    yield textOf(
      html`<section class="card" aria-labelledby="reasons-title">
        <h2 id="reasons-title">Why</h2>
        <ul class="reasons">
          ${assessment.reasons.slice(0, 20).map((reason) => html`<li>${reason}</li>`)}
        </ul>
      </section>`,
    );
  for (const section of [grid, capabilityMap, causes, timeline, trend]) yield textOf(section(report));
  yield* results(report);
  yield textOf(facts(report));
  yield '</main>\n';
  yield textOf(
    html`<footer class="wrap">
      <p>
        Every figure can be recomputed from <a href="run.json">run.json</a> and <code>impact.model.json</code>;
        <code>npm run gate</code> does. Also: <a href="impact.json">impact.json</a>, <a href="impact.md">impact.md</a>.
      </p>
      <p>Record ${record.hash.slice(0, 16)}${record.seal === null ? ', not sealed' : ', sealed'}. Times are UTC.</p>
    </footer>`,
  );
  yield `<script>${SCRIPT}</script></body></html>\n`;
}

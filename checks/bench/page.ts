/** `reports/bench/index.html`: the figures as a table, and the last run of the 22 as a picture. */
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { html, textOf, trusted, type Markup } from '../../src/reporter/html/template.ts';
import type { BenchFile } from './bench-file.ts';

const STYLE = readFileSync(new URL('../matrix/page/page.css', import.meta.url), 'utf8');
const OWN =
  '.bar-test{fill:#3b7dd8}.bar-locked{fill:#b8860b}.over{color:#b00020;font-weight:600}svg text{font-size:11px;fill:currentColor}';
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const shown = (value: number, unit: string): string =>
  `${Math.abs(value) >= 100 || unit === '' ? Math.round(value).toLocaleString('en') : value.toFixed(2)}${unit === '' ? '' : ` ${unit}`}`;

const ROW = 18;
const LEFT = 60;
const WIDTH = 760;

const picture = (bars: BenchFile['parts'][number]['bars']): Markup => {
  if (bars.length === 0) return html``;
  const rows = [...new Set(bars.map(({ row }) => row))].sort();
  const end = Math.max(...bars.map(({ to }) => to));
  const x = (seconds: number): number => Math.round((LEFT + (seconds / end) * WIDTH) * 10) / 10;
  return html`<figure>
    <svg
      viewBox="0 0 ${LEFT + WIDTH + 10} ${(rows.length + 1) * ROW}"
      role="img"
      aria-label="When each of the 22 ran, in seconds"
    >
      ${rows.map((row, index) => html`<text x="0" y="${index * ROW + 13}">${row}</text>`)}
      ${bars.map(
        (bar) =>
          html`<rect
            class="bar-${bar.kind}"
            x="${x(bar.from)}"
            y="${rows.indexOf(bar.row) * ROW + 3}"
            width="${Math.max(1, x(bar.to) - x(bar.from))}"
            height="${ROW - 6}"
            ><title>${bar.row} ${bar.label}: ${(bar.to - bar.from).toFixed(2)} s</title></rect
          >`,
      )}
      <text x="${LEFT}" y="${rows.length * ROW + 13}">0 s</text>
      <text x="${LEFT + WIDTH - 30}" y="${rows.length * ROW + 13}">${end.toFixed(1)} s</text>
    </svg>
    <figcaption>Blue: on any worker. Amber: alone, since it measures or loads the platform.</figcaption>
  </figure>`;
};

export const benchPage = ({ startedAt, machine, parts }: BenchFile): string => {
  const policy = `default-src 'none'; style-src ${hash(STYLE)} ${hash(OWN)}; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Benchmark</title>
        ${trusted(`<style>${STYLE}</style><style>${OWN}</style>`)}
      </head>
      <body>
        <main>
          <h1>Benchmark</h1>
          <p class="soft">
            ${startedAt.slice(0, 16).replace('T', ' ')}Z · ${machine.cores} cores · Node ${machine.node}
          </p>
          ${parts.map(
            (part) =>
              html`<h2>${part.title}</h2>
                <div class="scroll">
                  <table class="list">
                    <tbody>
                      ${part.figures.map(
                        ({ name, value, unit, atMost }) =>
                          html`<tr>
                            <th scope="row">${name}</th>
                            <td class="${atMost !== undefined && value > atMost ? 'over' : ''}">
                              ${shown(value, unit)}${atMost === undefined ? '' : `, at most ${shown(atMost, unit)}`}
                            </td>
                          </tr>`,
                      )}
                    </tbody>
                  </table>
                </div>
                <p class="soft">${part.note}</p>
                ${picture(part.bars)}`,
          )}
        </main>
      </body>
    </html>`;
  return `${textOf(page)}\n`;
};

/** `index.html`: the whole matrix in one file, without network, for eyes, keyboards and phones. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { html, textOf, trusted, type Markup } from '../../../src/reporter/html/template.ts';
import { CATALOGUE, idsOf, type Priority } from '../../../src/contract/catalogue.ts';
import type { MatrixFile } from '../matrix-file.ts';
import { labelOf, LEGEND, lookOf } from './cells.ts';
import { SCRIPT } from './script.ts';

type Entry = MatrixFile['cases'][number];
type Count = MatrixFile['figures']['localisation'];

const STYLE = readFileSync(new URL('page.css', import.meta.url), 'utf8');
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Outside a template, because a formatter's white space would change the hash. */
const element = (name: string, content: string, attributes = ''): Markup =>
  trusted(`<${name}${attributes}>${content}</${name}>`);

const percent = ({ count, of }: Count): string => (of === 0 ? '–' : `${((100 * count) / of).toFixed(1)} %`);
const short = (test: string): string => test.replace(/^P\d-/, '');
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const tile = (name: string, value: string, note: string): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}<small>${note}</small></dd>
  </div>`;

const causesTile = ({ causes }: MatrixFile['figures']): Markup => {
  const judged = causes.right + causes.unknown + causes.wrong + causes['wrong-at-high'];
  return judged === 0
    ? tile('Causes', '–', 'not diagnosed yet')
    : tile(
        'Causes right',
        `${causes.right}/${judged}`,
        `${causes.unknown} unknown, ${causes.wrong} wrong, ${causes['wrong-at-high']} wrong at high confidence`,
      );
};

const tiles = ({ figures }: MatrixFile): Markup => {
  const { detection, localisation, controls, scenarios } = figures;
  return html`<dl class="tiles">
    ${tile('Faults seen', `${detection.count}/${detection.of}`, `${percent(detection)}, at least ${(100 * detection.lowerBound).toFixed(1)} % (${detection.bound})`)}
    ${tile('Localised', `${localisation.count}/${localisation.of}`, `${percent(localisation)} of the faults seen colour only the expected tests`)}
    ${tile('Green stays green', `${controls.count}/${controls.of}`, 'controls and healthy runs, every test verified')}
    ${tile('Scenarios', `${scenarios.count}/${scenarios.of}`, 'results, verdict and readings as written')}
    ${causesTile(figures)}
  </dl>`;
};

const groupOf = ({ kind, layer }: Entry): string =>
  kind === 'scenario' ? 'Scenarios' : kind === 'control' ? 'Green controls' : `Faults: ${layer ?? ''}`;

const matrixRow = (entry: Entry, index: number): Markup =>
  html`<tr data-case="${index}">
    <th scope="row" class="${entry.outcome === 'as-expected' ? '' : 'bad'}">
      <button type="button" tabindex="-1" title="${entry.id}">
        ${entry.outcome === 'as-expected' ? '' : '✕ '}${entry.id}
      </button>
    </th>
    ${
      entry.cells.length === 0
        ? html`<td colspan="${idsOf(entry.priority).length}" class="no-evidence">no result</td>`
        : entry.cells.map(
            (cell, at) =>
              html`<td class="${lookOf(cell).name}">
                <button type="button" tabindex="-1" data-test="${at}" aria-label="${labelOf(entry.id, cell)}">
                  ${lookOf(cell).symbol}
                </button>
              </td>`,
          )
    }
  </tr>`;

const matrixTable = (all: readonly Entry[], priority: Priority): Markup => {
  const cases = all.filter((entry) => entry.priority === priority);
  const tests = idsOf(priority);
  if (cases.length === 0) return html``;
  const groups = [...new Set(cases.map(groupOf))];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Matrix of ${priority}">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">case</th>
          ${tests.map((test) => html`<th scope="col"><abbr title="${test} ${CATALOGUE.find(({ id }) => id === test)?.name}">${short(test)}</abbr></th>`)}
        </tr>
      </thead>
      ${groups.map((group) => {
        const members = all
          .map((entry, index) => ({ entry, index }))
          .filter(({ entry }) => entry.priority === priority && groupOf(entry) === group);
        const good = members.filter(({ entry }) => entry.outcome === 'as-expected').length;
        return html`<tbody>
          <tr class="group">
            <th colspan="${tests.length + 1}" scope="rowgroup">
              ${group} <span class="soft">${good}/${members.length} as expected</span>
            </th>
          </tr>
          ${members.map(({ entry, index }) => matrixRow(entry, index))}
        </tbody>`;
      })}
    </table>
  </div>`;
};

const problemList = (
  title: string,
  list: readonly { readonly id: string; readonly problems: readonly string[] }[],
): Markup =>
  list.length === 0
    ? html``
    : html`<h2>${title}</h2>
        <div class="scroll">
          <table class="list">
            <tbody>
              ${list.map(
                ({ id, problems }) =>
                  html`<tr>
                    <th scope="row">${id}</th>
                    <td>${problems.map((problem) => html`<p>${problem}</p>`)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`;

const testTable = ({ tests }: MatrixFile['figures']): Markup =>
  html`<h2>What each test sees</h2>
    <div class="scroll">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">test</th>
            <th scope="col">faults</th>
            <th scope="col">most specific (red tests of that run)</th>
          </tr>
        </thead>
        <tbody>
          ${tests.map(
            ({ test, sees, most }) =>
              html`<tr>
                <th scope="row">${test}</th>
                <td>${sees}</td>
                <td>${most.length === 0 ? 'nothing' : most.map(({ id, red }) => `${id} (${red})`).join(', ')}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;

/** What stands behind rows and cells, as data: the script only ever sets text from it. */
const detailsOf = (cases: readonly Entry[]): string =>
  JSON.stringify(
    cases.map((entry) => ({
      id: entry.id,
      lines: [
        ['outcome', entry.outcome],
        ['problems', entry.problems.join('\n')],
        ['verdict', entry.verdict],
        ['note', entry.note],
        ['stand-in', entry.faults.join(', ')],
        ['expected cause', entry.expectedCauses.join(', ')],
        ['diagnosis', `${entry.causes.outcome}${entry.causes.problems.map((problem) => `\n${problem}`).join('')}`],
        [
          'causes named',
          entry.causes.groups
            .map((group) => `${group.cause} (${group.confidence}) for ${group.tests.join(', ')}: ${group.detail}`)
            .join('\n'),
        ],
        ['time', `${seconds(entry.ms)}${entry.suiteMs === null ? '' : `, the suite itself ${seconds(entry.suiteMs)}`}`],
      ],
      cells: entry.cells.map((cell) => ({
        test: cell.test,
        lines: [
          ['result', `${cell.result}: ${lookOf(cell).meaning}`],
          ['expected', cell.expected],
          ['failure', cell.class === null ? '' : `[${cell.class}] ${cell.key ?? ''}`],
          ['message', cell.message],
          ['time', seconds(cell.ms)],
        ],
      })),
    })),
  ).replaceAll('<', '\\u003c');

export const matrixPage = (file: MatrixFile): string => {
  const { figures, machine, failed } = file;
  const policy = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Detection matrix: ${figures.detection.count} of ${figures.detection.of} faults seen</title>
        ${element('style', STYLE)}
      </head>
      <body>
        <main>
          <h1>Detection matrix</h1>
          <p class="soft">
            ${file.startedAt.slice(0, 16).replace('T', ' ')}Z · ${file.cases.length} of ${file.asked} cases
            (${file.selection}${file.resumed > 0 ? `, ${file.resumed} taken over` : ''}) ·
            ${(file.durationMs / 60_000).toFixed(1)} min, ${machine.parallel} at a time on ${machine.cores} cores
          </p>
          <div class="result ${failed.length === 0 ? '' : 'failed'}">
            ${failed.length === 0 ? '✓ Passed' : '✕ Failed'}
            ${
              failed.length === 0
                ? ''
                : html`<ul>
                    ${failed.map((fail) => html`<li>${fail}</li>`)}
                  </ul>`
            }
          </div>
          ${tiles(file)}
          <h2>Matrix</h2>
          <p class="soft">Click or press Enter on a cell for its message, arrow keys move.</p>
          <ul class="legend">
            ${LEGEND.map(({ symbol, name, meaning }) => html`<li><span class="${name}" aria-hidden="true">${symbol}</span>${meaning}</li>`)}
          </ul>
          ${matrixTable(file.cases, 'P1')} ${matrixTable(file.cases, 'P2')}
          ${problemList('Missed faults', figures.missed)}
          ${problemList('Seen, but other tests were coloured too', figures.inexact)}
          ${problemList('False alarms', figures.falseAlarms)}
          ${problemList('Scenarios that end otherwise', figures.wrongScenarios)}
          ${problemList('Without a result', figures.notJudged)}
          ${problemList(
            'Causes to look at',
            figures.causeProblems.map(({ id, outcome, problems }) => ({ id: `${id}: ${outcome}`, problems })),
          )}
          ${problemList(
            'Blind spots by design',
            figures.blindSpots.map(({ id, why, problems }) => ({ id, problems: [`not seen: ${why}`, ...problems] })),
          )}
          ${testTable(figures)}
        </main>
        <dialog aria-labelledby="opened">
          <header>
            <h2 id="opened"></h2>
            <form method="dialog"><button>Close</button></form>
          </header>
          <dl></dl>
        </dialog>
        ${element('script', detailsOf(file.cases), ' type="application/json" id="details"')}
        ${element('script', SCRIPT, ' type="module"')}
      </body>
    </html>`;
  return `${textOf(page)}\n`;
};

/** Text of a server is text in every report: nothing runs, links, calls, moves the terminal, turns direction or computes. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@playwright/test';
import { lines } from '../../src/doctor/finding.ts';
import { displayError } from '../../src/evidence/display.ts';
import { because } from '../../src/evidence/failure.ts';
import { inert, inertButColours } from '../../src/evidence/inert.ts';
import { REPORTS } from '../../src/reporter/outputs.ts';
import { stepSummary } from '../../src/reporter/step-summary.ts';
import { loadCharts } from '../../src/reporter/html/chart.ts';
import { md } from '../../src/reporter/markdown.ts';
import { cell } from '../../src/reporter/format.ts';
import { terminalSummary } from '../../src/reporter/terminal.ts';
import { hostile } from './hostile.ts';

// eslint-disable-next-line no-control-regex -- what no report may hold
const ACTIVE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

await loadCharts();
const report = hostile();
const texts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(REPORTS).map(([name, render]) => [name, [...render(report)].join('')])),
  'GitHub summary': stepSummary(report),
  terminal: terminalSummary(report.record, report.assessment, { unicode: true, outputs: [] }).join('\n'),
};

for (const [name, text] of Object.entries(texts))
  test(`${name} of a hostile server - no control character and no turned direction`, () => {
    expect(ACTIVE.exec(text)).toBeNull();
    expect(text.length).toBeGreaterThan(200);
  });

for (const name of ['impact/impact.md', 'GitHub summary'])
  test(`${name} of a hostile server - no markup, no link, no mention`, () => {
    const text = (texts[name] ?? '').replaceAll(/```[\s\S]*?```/g, '');
    expect(text).not.toMatch(/<(?:script|img|svg|style|!--)/i);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
    expect(text).not.toMatch(/evil\.example.*https?:\/\/|https?:\/\/evil|\bwww\.evil|@everyone/);
  });

test('a page of a hostile server - a policy that admits nothing but its own sheet and script', () => {
  const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(texts['impact/index.html'] ?? '') ?? [];
  expect(policy.replaceAll('&#39;', "'")).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'$/,
  );
  const links = [...(texts['impact/index.html'] ?? '').matchAll(/href="([^"]{0,20})/g)].map(([, start = '']) => start);
  expect(links.filter((start) => !/^(?:#|run\.json|impact\.|evidence\/)/.test(start))).toEqual([]);
});

test('formulas - led by an apostrophe where a table may be made of them', () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', ' =HYPERLINK("https://evil.example")'])
    expect(cell(formula)).toBe(`'${formula}`);
  expect(cell('[http-status] a-b')).toBe('[http-status] a-b');
  for (const name of ['ctrf.json', 'junit.xml'])
    expect(texts[name]).not.toMatch(/(?:message|name|value)(?:="|": ")[=+@]/);
});

test('Markdown - what a server says is shown as it is, in one line', () => {
  expect(md('a @b https://c.example www.d.example [e](f) `g` | <h>')).toBe(
    'a @&#8203;b https:\\/\\/c.example www\\.d.example \\[e\\](f) \\`g\\` \\| &lt;h&gt;',
  );
});

const COMMANDS = [
  '::error file=a::b',
  '::add-mask::a',
  '::stop-commands::x',
  '  ::set-output name=a::b',
  '\t::warning::a',
  '\u00a0::error::a',
  'a\r::error::b',
  'a\r\n::error::b',
  'a\u2028::error::b',
  'a\u0085::error::b',
  'a\u000b::error::b',
  '##[error]a',
  'a ##[add-matcher]b',
  '###[group]a',
  '##vso[task.setvariable variable=a]b',
  "a ##teamcity[testFailed name='a']",
  '##octopus[setVariable]',
  'section_start:1:a[collapsed=true]\r\u001b[0Ka',
  'section_end:1:a\r\u001b[0K',
  'travis_fold:start:a',
  '--- a',
  '+++',
  '~~~ a',
  '^^^ +++',
  '\u001b]0;a\u0007',
  '\u001b]52;c;YQ==\u0007',
  '\u001b[2J',
  '\u001bc',
  '\u009b2J',
  'a\bb',
  '\u0007',
  '\u202ea',
];
/** What a log obeys, in what is left of a text when colours are dropped, as logs do. */
const OBEYED =
  // eslint-disable-next-line no-control-regex -- what no log may hold
  /^\s*::|##\w*\[|^\s*(?:---|\+\+\+|~~~|\^\^\^)(?:\s|$)|section_(?:start|end):|travis_fold:|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e]|\r(?!\n)/m;
const RED = '\u001b[31m';

for (const command of COMMANDS)
  test(`a command of a log, ${JSON.stringify(command)} - obeyed by nobody`, () => {
    for (const text of [command, `a\n${command}\nb`, `${RED}${command}`, command.split(/(?=.)/s).join(RED)]) {
      expect(inert(text)).not.toMatch(OBEYED);
      expect(stripVTControlCharacters(inertButColours(text))).not.toMatch(OBEYED);
    }
    const error = new Error(command, { cause: new Error(`a\n${command}`) });
    displayError(error);
    expect(error.message).not.toMatch(OBEYED);
    expect((error.cause as Error).message).not.toMatch(OBEYED);
    expect(error.stack).not.toMatch(/^\s*::|##\w*\[/m);
    expect(because('unknown', 'a', `b\n${command}`)).not.toMatch(OBEYED);
    expect(lines({ what: 'health', outcome: 'failed', detail: `a\n${command}` }).join('\n')).not.toMatch(OBEYED);
  });

test('ordinary text - left as it is', () => {
  for (const text of [
    'a::b',
    'std::error',
    '[::1]:80',
    '# title',
    '## title [a]',
    'a --- b',
    '---b',
    'C#',
    'a\n- b\n+ c',
  ])
    expect(inert(text)).toBe(text);
});

test('an error of 90,000 lines - its beginning and its end', () => {
  const error = new Error(`first\n${'a line\n'.repeat(90_000)}last`);
  displayError(error);
  expect(error.message.split('\n').length).toBeLessThan(250);
  expect(error.message).toMatch(/^first\n/);
  expect(error.message).toMatch(/\nlast$/);
  const long = new Error('a'.repeat(7_000_000));
  displayError(long);
  expect(long.message.length).toBeLessThan(5_000);
  expect(long.stack?.length).toBeLessThan(40_000);
});

test('colours of our own - kept, and nothing else that a terminal obeys', () => {
  expect(inertButColours('\u001b[31mred\u001b[39m \u001b]0;title\u0007\u001b[2J\rover\r\n')).toBe(
    '\u001b[31mred\u001b[39m ·]0;title··[2J·over\r\n',
  );
  expect(inertButColours('\u001b[8mhidden')).toBe('·[8mhidden');
  expect(inert('\u001b[31mred\tand\nmore')).toBe('·[31mred\tand\nmore');
});

/** Text of a server is text in every report: nothing runs, links, calls, moves the terminal, turns direction or computes. */
import { expect, test } from '@playwright/test';
import { inert, inertButColours } from '../../evidence/inert.ts';
import { REPORTS } from '../../reporter/outputs.ts';
import { stepSummary } from '../../reporter/step-summary.ts';
import { loadCharts } from '../../reporter/html/chart.ts';
import { md } from '../../reporter/markdown.ts';
import { cell } from '../../reporter/format.ts';
import { terminalSummary } from '../../reporter/terminal.ts';
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

test('colours of our own - kept, and nothing else that a terminal obeys', () => {
  expect(inertButColours('\u001b[31mred\u001b[39m \u001b]0;title\u0007\u001b[2J\rover\r\n')).toBe(
    '\u001b[31mred\u001b[39m ·]0;title··[2J·over\r\n',
  );
  expect(inert('\u001b[31mred\tand\nmore')).toBe('·[31mred\tand\nmore');
});

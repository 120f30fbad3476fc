/** Copied into the instrumented tree: how each trial ended, into the same log. Not part of the suite. */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export default class EndReporter implements Reporter {
  onTestEnd(test: TestCase, result: TestResult): void {
    const log = process.env['GOLDENPATH_ASSERTIONS'] ?? '/dev/null';
    const trial = Number(/\[(\d+)\]$/.exec(test.title)?.[1]);
    const degraded = result.annotations.some(({ type }) => type === 'degraded');
    const verified = result.status === 'passed' && !degraded;
    const message = result.errors[0]?.message?.split('\n', 1)[0] ?? '';
    const line = { event: 'ended', trial, verified, ms: result.duration, message };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
  }
}

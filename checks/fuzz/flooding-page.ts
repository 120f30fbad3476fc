/** Opens a page that floods, in a process whose memory is measured. Prints one line of JSON. */
import { tmpdir } from 'node:os';
import { PageEvents } from '../../fixtures/page-events.ts';
import { chromiumPath } from '../../fixtures/chromium.ts';
import { launchChromium } from '../../fixtures/pages.ts';

const [script = ''] = process.argv.slice(2);
const path = chromiumPath();
if (path === undefined) throw new Error('no Chromium');
const browser = await launchChromium(path, tmpdir());
const context = await browser.newContext();
const events = new PageEvents(context);
const page = await context.newPage();
await page.route('http://flood.test/**', (route) =>
  route.fulfill({ contentType: 'text/html', body: '<title>a</title>' }),
);
await page.goto('http://flood.test/');
const before = process.memoryUsage().rss;
const closed = page.waitForEvent('close', { timeout: 60_000 });
// The page is gone before its script ends.
page.evaluate(script).catch(() => undefined);
await closed;
let message = '';
try {
  events.assertBounded('a');
} catch (error) {
  message = String(error);
}
console.log(
  JSON.stringify({
    moreMiB: Math.round((Math.max(process.memoryUsage().rss, before) - before) / 1024 / 1024),
    problems: events.problems.length,
    longest: Math.max(0, ...events.problems.map(({ length }) => length)),
    message,
  }),
);
await browser.close();

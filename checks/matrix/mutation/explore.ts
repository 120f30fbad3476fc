/** For one fault: which assertion sees it first in each test, and whether the test is blind without that one. */
import { mayHaveKey, type Site } from './inventory.ts';
import type { Ledger } from './ledger.ts';
import type { Pair, Work } from './pairs.ts';
import { runTrial, type SiteEvent, type TrialSettings } from './trial.ts';

const firstOf = (events: readonly SiteEvent[], test: string): number | undefined =>
  events.find((one) => one.test === test)?.site;

/** The record names the key of the first failure; often only one assertion of the test has it. */
const guess = ({ test, key }: Pair, sites: readonly Site[]): number | undefined => {
  const candidates = key === null ? [] : sites.filter((site) => site.tests.includes(test) && mayHaveKey(site, key));
  return candidates.length === 1 ? candidates[0]?.number : undefined;
};

export const explore = async (
  { one, pairs }: Work,
  sites: readonly Site[],
  ledger: Ledger,
  settings: TrialSettings,
): Promise<void> => {
  const first = new Map<string, number>();
  for (const pair of pairs) {
    const site = guess(pair, sites);
    if (site !== undefined) first.set(pair.test, site);
  }
  const open = pairs.map(({ test }) => test).filter((test) => !first.has(test));
  if (open.length > 0) {
    const { events } = await runTrial(one, open, [], settings);
    for (const test of open) {
      const site = firstOf(events, test);
      // A failure outside the assertions, such as a time-out, is nobody's.
      if (site !== undefined) first.set(test, site);
    }
  }
  for (const [test, site] of first) ledger.saw(site, { fault: one.id, test });
  // One proof is enough, so what has one is not tried again.
  const tried = [...first].filter(([, site]) => !ledger.isNeeded(site));
  if (tried.length === 0) return;
  const off = [...new Set(tried.map(([, site]) => site))];
  const { events, verified } = await runTrial(
    one,
    tried.map(([test]) => test),
    off,
    settings,
  );
  for (const [test, site] of tried) {
    const muted = new Set(
      events.filter((each) => each.test === test && each.event === 'muted').map((each) => each.site),
    );
    // Two at once in one test would prove neither.
    if (verified.includes(test) && muted.size === 1 && muted.has(site)) ledger.needs(site, { fault: one.id, test });
    for (const each of events.filter((seen) => seen.test === test)) ledger.saw(each.site, { fault: one.id, test });
  }
};

/** What Playwright's command line was asked for. Imports nothing: it is read before anything that may be missing. */

/** Options after which `--list` is an option of its own; after any other one it could be that option's value. */
const WITHOUT_VALUE = new Set(
  [
    '--debug --fail-on-flaky-tests --forbid-only --fully-parallel --headed --ignore-snapshots --last-failed --list',
    '--no-deps --only-changed --pass-with-no-tests --quiet --shuffle --ui --update-snapshots -u -x',
  ].flatMap((line) => line.split(' ')),
);

const optionsOf = (argv: readonly string[]): readonly string[] => {
  const given = argv.slice(2);
  const end = given.indexOf('--');
  return end < 0 ? given : given.slice(0, end);
};

const commandOf = (argv: readonly string[]): string | undefined => argv.slice(2).find((word) => !word.startsWith('-'));

/** Whether tests are only listed. In doubt it is a run: that costs a record, the other mistake would keep one alive. */
export const isListing = (argv: readonly string[]): boolean =>
  commandOf(argv) === 'test' &&
  optionsOf(argv).some((word, index, words) => {
    const before = words[index - 1] ?? '';
    return word === '--list' && (!before.startsWith('-') || before.includes('=') || WITHOUT_VALUE.has(before));
  });

/** Whether this process may run tests or judge them. Workers load the configuration too, and have no command. */
export const isRun = (argv: readonly string[]): boolean =>
  ['test', 'test-server', 'merge-reports'].includes(commandOf(argv) ?? '') && !isListing(argv);

/** Whether `--reporter` replaces the configured reporters, and with them the record. */
export const replacesReporters = (argv: readonly string[]): boolean =>
  optionsOf(argv).some((word) => word === '--reporter' || word.startsWith('--reporter='));

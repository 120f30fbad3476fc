/** What a run can do without: a file of it that cannot be written or read is one line of warning, and the verdict stays. */

const warned = new Set<string>();

/** Why a file could not be used, in the words of the system; undefined where the error is one of ours. */
export const fileProblem = (error: unknown): string | undefined =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^(?:E[A-Z0-9]+|ERR_STRING_TOO_LONG)$/.test(error.code)
    ? error.message.split('\n', 1)[0]
    : undefined;

/** Runs `act`; where a file stands in the way it warns, once, and gives `otherwise`. Other errors are defects and pass. */
export const courtesy = <T>(what: string, otherwise: T, act: () => T): T => {
  try {
    return act();
  } catch (error) {
    const why = fileProblem(error);
    if (why === undefined) throw error;
    if (!warned.has(what))
      process.stderr.write(`goldenpath: warning: ${what}: ${why}; the verdict does not depend on it\n`);
    warned.add(what);
    return otherwise;
  }
};

/**
 * The arguments of one of our programs. pnpm and Yarn hand the `--` of `pnpm run gate -- --release` on to the script,
 * npm does not; no program of ours gives it a meaning.
 */
export const programArguments = (argv: readonly string[] = process.argv.slice(2)): string[] =>
  argv.filter((argument) => argument !== '--');

/** Arguments of the programs behind `npm run`. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** pnpm and Yarn hand the `--` of `pnpm run gate -- --release` on to the script, npm does not; to none of ours it means anything. */
export const programArguments = (argv: readonly string[] = process.argv.slice(2)): string[] =>
  argv.filter((argument) => argument !== '--');

/** Without `--` npm takes options for its own and passes them on as npm_config_NAME only: unnoticed, they would be lost. */
const keptByNpm = (
  names: readonly string[],
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): string[] =>
  names.filter(
    (name) =>
      !['', 'false'].includes(variables[`npm_config_${name.replaceAll('-', '_')}`] ?? '') &&
      !args.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)),
  );

/** `parseArgs`, strict; throws also for options that npm kept. */
export const readArguments = <Config extends ParseArgsConfig & { readonly options: object }>(
  config: Config,
  args: readonly string[] = programArguments(),
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ReturnType<typeof parseArgs<Config & { strict: true; args: string[] }>> => {
  const kept = keptByNpm(Object.keys(config.options), args, variables);
  if (kept.length > 0) {
    const script = variables['npm_lifecycle_event'] ?? 'SCRIPT';
    const options = kept.map((name) => `--${name}`).join(' ');
    throw new Error(
      `npm kept ${options} for itself (${kept.map((name) => `npm_config_${name.replaceAll('-', '_')}`).join(', ')}): ` +
        `put -- in front of the options, as in npm run ${script} -- ${options}`,
    );
  }
  return parseArgs({ ...config, strict: true, args: [...args] });
};

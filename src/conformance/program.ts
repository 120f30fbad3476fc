/** The shell of a program that looks at one target: its URL, the stand-in where there is none, and how it fails. */
import type { Release } from '../contract/release.ts';
import { releaseNamed, RELEASES } from '../contract/releases.ts';
import { ClassifiedError, failureOf } from '../evidence/failure.ts';
import { plain } from '../evidence/plain-text.ts';
import { protect, redact } from '../evidence/redaction.ts';
import {
  loadEnvironment,
  prepareEnvironment,
  SetupError,
  type Environment,
  type Target,
} from '../../fixtures/environment.ts';
import { startStandin } from '../../fixtures/standin-process.ts';

const FINE = 0;
const UNUSABLE = 2;

export const say = (lines: readonly string[]): void => {
  process.stdout.write(plain(redact(`${lines.join('\n')}\n`)));
};

/** Takes `--contract NAME` out. */
export const contractIn = (
  args: readonly string[],
  usage: string,
): { readonly rest: readonly string[]; readonly release: Release | undefined } => {
  const at = args.indexOf('--contract');
  if (at < 0) return { rest: args, release: undefined };
  const release = releaseNamed(args[at + 1] ?? '');
  if (release === undefined)
    throw new SetupError(
      `There is no such contract; there are ${RELEASES.map(({ name }) => name).join(', ')}.\n${usage}`,
    );
  return { rest: args.filter((_, index) => index !== at && index !== at + 1), release };
};

/** The URL, or undefined where none is given; what is wrong with the arguments never repeats them. */
const urlOf = (args: readonly string[], usage: string): string | undefined => {
  const [url, ...more] = args;
  if (more.length > 0) throw new SetupError(`One URL at most.\n${usage}`);
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url;
  throw new SetupError(`The argument is no http or https URL.\n${usage}`);
};

const looked = (look: (environment: Environment, target: Target) => Promise<number>): Promise<number> => {
  const environment = loadEnvironment();
  const { target } = environment;
  if (target === undefined) throw new SetupError('The stand-in did not say where it is.');
  environment.secrets.forEach((secret) => protect('key', secret));
  say([`API ${target.api}, auth service ${target.auth}, socket ${target.ws}`, '']);
  return look(environment, target);
};

/** Runs to its exit code; `read` takes its own arguments out and returns the rest, and what looks at the target. */
export const run = async (
  name: string,
  usage: string,
  read: (args: readonly string[]) => {
    readonly rest: readonly string[];
    readonly look: (environment: Environment, target: Target) => Promise<number>;
  },
): Promise<never> => {
  const main = async (): Promise<number> => {
    const args = process.argv.slice(2);
    if (args.includes('--help')) {
      say([usage]);
      return FINE;
    }
    const { rest, look } = read(args);
    const url = urlOf(rest, usage);
    if (url !== undefined) process.env['E2E_BASE_URL'] = url;
    if (prepareEnvironment().baseUrl !== undefined) return looked(look);
    const standin = await startStandin();
    Object.assign(process.env, standin.variables);
    try {
      return await looked(look);
    } finally {
      standin.process.kill('SIGTERM');
    }
  };
  const explained = (error: unknown): number => {
    if (!(error instanceof SetupError || error instanceof ClassifiedError)) throw error;
    const message = error instanceof ClassifiedError ? failureOf(error.message).promise : error.message;
    process.stderr.write(plain(redact(`${name}: ${message}\n`)));
    return UNUSABLE;
  };
  process.exit(await main().catch(explained));
};

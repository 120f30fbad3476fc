/** `npm run conformance -- URL`: whether a server keeps the contract, endpoint by endpoint. */
import { ClassifiedError, failureOf } from '../evidence/failure.ts';
import { plain } from '../evidence/plain-text.ts';
import { protect, redact } from '../evidence/redaction.ts';
import { loadEnvironment, prepareEnvironment, SetupError } from '../../fixtures/environment.ts';
import { startStandin } from '../../fixtures/standin-process.ts';
import { checkConformance } from './check.ts';
import { linesOf, type Row } from './row.ts';

const USAGE = `Usage: npm run conformance -- [URL]
  URL   origin of the API, such as https://api.staging.example.com; default: E2E_BASE_URL, else the embedded stand-in.
        Auth service, socket and keys are found as for the suite: docs/conformance.md`;
const KEPT = 0;
const DIFFERS = 1;
const UNUSABLE = 2;

const say = (lines: readonly string[]): void => {
  process.stdout.write(plain(redact(`${lines.join('\n')}\n`)));
};

/** The URL, or undefined where none is given; what is wrong with the arguments never repeats them. */
const urlOf = (args: readonly string[]): string | undefined => {
  const [url, ...more] = args;
  if (more.length > 0) throw new SetupError(`One URL at most.\n${USAGE}`);
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url;
  throw new SetupError(`The argument is no http or https URL.\n${USAGE}`);
};

const summary = (rows: readonly Row[], api: string): string => {
  const different = rows.filter(({ differences }) => differences.length > 0);
  const unchecked = rows.filter(({ unchecked }) => unchecked.size > 0).length;
  const checks = rows.reduce((sum, row) => sum + row.checks, 0);
  const rest = unchecked === 0 ? '' : `, ${unchecked} of them not in full`;
  return different.length === 0
    ? `${api} keeps the contract: ${rows.length} checked${rest}, with ${checks} checks.`
    : `${api} differs from the contract in ${different.length} of ${rows.length}: ${different.map(({ id }) => id).join(', ')}`;
};

const check = async (): Promise<number> => {
  const environment = loadEnvironment();
  const { target } = environment;
  if (target === undefined) throw new SetupError('The stand-in did not say where it is.');
  environment.secrets.forEach((secret) => protect('key', secret));
  say([`API ${target.api}, auth service ${target.auth}, socket ${target.ws}`, '']);
  const rows = await checkConformance(environment, target);
  say([...rows.flatMap(linesOf), '', summary(rows, target.api)]);
  return rows.some(({ differences }) => differences.length > 0) ? DIFFERS : KEPT;
};

const main = async (): Promise<number> => {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    say([USAGE]);
    return KEPT;
  }
  const url = urlOf(args);
  if (url !== undefined) process.env['E2E_BASE_URL'] = url;
  if (prepareEnvironment().baseUrl !== undefined) return check();
  const standin = await startStandin();
  Object.assign(process.env, standin.variables);
  try {
    return await check();
  } finally {
    standin.process.kill('SIGTERM');
  }
};

const explained = (error: unknown): number => {
  if (!(error instanceof SetupError || error instanceof ClassifiedError)) throw error;
  const message = error instanceof ClassifiedError ? failureOf(error.message).promise : error.message;
  process.stderr.write(plain(redact(`conformance: ${message}\n`)));
  return UNUSABLE;
};

process.exit(await main().catch(explained));

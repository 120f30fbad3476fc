/** `npm run conformance -- URL`: whether a server keeps the contract, endpoint by endpoint. */
import { parseArgs } from 'node:util';
import { RELEASES } from '../contract/releases.ts';
import { ClassifiedError, failureOf } from '../evidence/failure.ts';
import { plain } from '../evidence/plain-text.ts';
import { protect, redact } from '../evidence/redaction.ts';
import { loadEnvironment, prepareEnvironment, SetupError } from '../../fixtures/environment.ts';
import { startStandin } from '../../fixtures/standin-process.ts';
import { checkConformance } from './check.ts';
import { linesOf, type Row } from './row.ts';

const USAGE = `Usage: npm run conformance -- [URL] [--contract NAME]
  URL   origin of the API, such as https://api.staging.example.com; default: E2E_BASE_URL, else the embedded stand-in.
        Auth service, socket and keys are found as for the suite: docs/conformance.md
  --contract NAME   release to check against: ${RELEASES.map(({ name }) => name).join(', ')}; default: E2E_CONTRACT, else the nearest`;
const KEPT = 0;
const DIFFERS = 1;
const UNUSABLE = 2;

const say = (lines: readonly string[]): void => {
  process.stdout.write(plain(redact(`${lines.join('\n')}\n`)));
};

const OPTIONS = { contract: { type: 'string' }, help: { type: 'boolean' } } as const;

/** What is wrong with the arguments never repeats them. */
const argumentsOf = () => {
  try {
    return parseArgs({ args: process.argv.slice(2), options: OPTIONS, allowPositionals: true, strict: true });
  } catch {
    throw new SetupError(`An argument is unknown.\n${USAGE}`);
  }
};

/** The URL, or undefined where none is given. */
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
  const { fit, rows } = await checkConformance(environment, target);
  say([`Contract ${fit.release.name}, ${fit.fits} of ${fit.of} marks fit`, '']);
  say([...rows.flatMap(linesOf), '', summary(rows, target.api)]);
  return rows.some(({ differences }) => differences.length > 0) ? DIFFERS : KEPT;
};

const main = async (): Promise<number> => {
  const { values, positionals } = argumentsOf();
  if (values.help === true) {
    say([USAGE]);
    return KEPT;
  }
  const url = urlOf(positionals);
  if (values.contract !== undefined) process.env['E2E_CONTRACT'] = values.contract;
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

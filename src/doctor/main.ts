/** `npm run doctor`: what is missing before the suite can say anything, and what to do about it. */
import '../evidence/closed-output.ts';
import { loadEnvironment, prepareEnvironment, SetupError, type Environment } from '../../fixtures/environment.ts';
import { plain } from '../evidence/plain-text.ts';
import { protect } from '../evidence/redaction.ts';
import { readArguments } from '../environment/arguments.ts';
import { lines, messageOf, type Finding } from './finding.ts';
import { checkChromium, checkNode, checkReports, checkVariables } from './machine.ts';
import { checkPlatform } from './platform.ts';
import { startStandin } from '../../fixtures/standin-process.ts';

const WRONG_USE = 2;

const say = (findings: readonly Finding[]): void => {
  // Nobody has to set a locale before the doctor can be read.
  process.stdout.write(plain(`${findings.flatMap(lines).join('\n')}\n`));
};

/** The variables, or why they cannot be used. */
const variables = (): { environment: Environment } | { problem: string } => {
  try {
    return { environment: prepareEnvironment() };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { problem: error.message };
  }
};

const platform = async (environment: Environment): Promise<Finding[]> => {
  try {
    if (environment.target !== undefined) return await checkPlatform(environment, environment.target);
    const standin = await startStandin();
    Object.assign(process.env, standin.variables);
    const complete = loadEnvironment();
    if (complete.target === undefined) throw new SetupError('The stand-in did not say where it is.');
    try {
      return await checkPlatform(complete, complete.target);
    } finally {
      standin.process.kill('SIGTERM');
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return [{ what: 'target', outcome: 'failed', detail: 'cannot be looked at', todo: messageOf(error) }];
  }
};

const USAGE = 'npm run doctor: what is missing before a run, and what to do about it. It takes no options.';

const main = async (): Promise<number> => {
  try {
    if (readArguments({ options: { help: { type: 'boolean' } } }).values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
  } catch (error) {
    process.stderr.write(`doctor: ${messageOf(error)}\n${USAGE}\n`);
    return WRONG_USE;
  }
  const read = variables();
  const environment = 'environment' in read ? read.environment : undefined;
  environment?.secrets.forEach((secret) => protect('key', secret));
  const machine = [
    checkNode(),
    checkChromium(),
    checkReports(environment?.reports ?? 'reports'),
    checkVariables('problem' in read ? read.problem : undefined, environment?.baseUrl),
  ];
  process.stdout.write('goldenpath doctor\n\n');
  say(machine);
  const found = environment === undefined ? [] : await platform(environment);
  if (found.length > 0) say(found);
  const wrong = [...machine, ...found].filter(({ outcome }) => outcome === 'failed');
  process.stdout.write(
    wrong.length === 0
      ? '\nNothing is missing: npx playwright test\n'
      : `\n${wrong.length} to mend, from the top: ${wrong.map(({ what }) => what).join(', ')}\n`,
  );
  return wrong.length === 0 ? 0 : 1;
};

// A name server that does not answer would keep the process for as long as it likes.
process.exit(await main());

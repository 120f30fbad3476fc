/** `npm run gate`: the verdict of a run as an exit code, computed anew from its record. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { inert } from '../evidence/inert.ts';
import '../evidence/closed-output.ts';
import { plain } from '../evidence/plain-text.ts';
import { programArguments, readArguments } from '../environment/arguments.ts';
import { SetupError } from '../environment/setup-error.ts';
import { filled } from '../environment/variables.ts';
import { assess, EXIT_CODE } from './assess.ts';
import { crossCheck } from './cross-check.ts';
import { readEnvironment, showsUnicode, SUITE } from './environment.ts';
import { oneLine } from '../evidence/one-line.ts';
import { countsText, exposureLine, instant, shown } from './format.ts';
import { misuses } from './gate-checks.ts';
import { gitState } from './git.ts';
import { DeclarationError, loadModel } from './model.ts';
import { RECORD_VERSION, runRecord } from './record.ts';
import type { RunRecord } from './record.ts';
import { CONFIG, declarationOf, weakenings } from './settings.ts';
import { loadWaivers } from './waivers.ts';

const USAGE = `npm run gate -- [options]

  --target URL        the origin that is to be released (E2E_BASE_URL); without it only rehearsals on the stand-in pass
  --release           refuse every rehearsal, whatever its verdict; needs --run-id or --commit
  --run-id ID         the run that is meant (E2E_RUN_ID)
  --commit SHA        the commit of the suite that is meant (default: HEAD of its checkout; without one, of the CI job)
  --max-age-hours N   refuse an older record (default 24)
  --allow-dirty       accept a record made with uncommitted changes in the suite
  --record FILE       default reports/impact/run.json
  --results FILE      Playwright's JSON report to compare with (default results.json beside the record's folder)
  --model FILE        E2E_IMPACT_MODEL, default impact.model.json
  --waivers FILE      default waivers.json

exit code: 0 GO, 1 HOLD, 2 CONDITIONAL, 3 INCONCLUSIVE, 4 DOWN, 5 MISUSE`;

class Misuse extends Error {
  override readonly name = 'Misuse';
}

const readOptions = (args: readonly string[]) => {
  try {
    const { values } = readArguments(
      {
        options: {
          target: { type: 'string' },
          release: { type: 'boolean', default: false },
          'run-id': { type: 'string' },
          commit: { type: 'string' },
          'max-age-hours': { type: 'string' },
          'allow-dirty': { type: 'boolean', default: false },
          record: { type: 'string' },
          results: { type: 'string' },
          model: { type: 'string' },
          waivers: { type: 'string' },
          help: { type: 'boolean', default: false },
        },
      },
      args,
    );
    return {
      ...values,
      target: filled(values.target),
      'run-id': filled(values['run-id']),
      commit: filled(values.commit),
      'max-age-hours': filled(values['max-age-hours']) ?? '24',
      record: filled(values.record),
      results: filled(values.results),
      model: filled(values.model),
      waivers: filled(values.waivers) ?? 'waivers.json',
    };
  } catch (cause) {
    throw new Misuse(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
};

const readRecord = (file: string): RunRecord => {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Misuse(
      `no run record at ${file} (${cause instanceof Error ? oneLine(cause.message, 120) : 'unreadable'}); run npx playwright test first, without --reporter`,
      { cause },
    );
  }
  const version = z.looseObject({ version: z.int() }).safeParse(content).data?.version;
  if (version !== undefined && version !== RECORD_VERSION)
    throw new Misuse(
      `${file} was made by ${version < RECORD_VERSION ? 'an older' : 'a newer'} goldenpath (record version ${version}, this one reads ${RECORD_VERSION}); run again`,
    );
  const parsed = runRecord.safeParse(content);
  if (!parsed.success) throw new Misuse(`${file} is not a run record:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

const judge = (args: readonly string[]): { lines: string[]; exitCode: number } => {
  const options = readOptions(args);
  if (options.help) return { lines: [USAGE], exitCode: 0 };
  const hours = Number(options['max-age-hours']);
  if (!(hours > 0)) throw new Misuse(`--max-age-hours takes a number of hours, such as 24\n\n${USAGE}`);
  const environment = readEnvironment();
  const file = options.record ?? join(environment.reports, 'impact', 'run.json');
  const record = readRecord(file);
  const compared = crossCheck(record, options.results ?? join(dirname(file), '..', 'results.json'));
  const found = [
    ...misuses(
      record,
      {
        recordFile: file,
        now: new Date(),
        maxAgeHours: hours,
        runId: options['run-id'] ?? environment.runId,
        commit: options.commit,
        commitIsNamed: options.commit !== undefined,
        target: options.target ?? environment.baseUrl,
        release: options.release,
        allowDirty: options['allow-dirty'],
        recordKey: environment.recordKey,
      },
      gitState(existsSync(CONFIG) ? process.cwd() : SUITE),
    ),
    ...compared.misuses,
  ];
  if (found.length > 0) throw new Misuse(found.join('\n'));

  const files = { model: options.model ?? environment.modelFile ?? 'impact.model.json', waivers: options.waivers };
  const assessment = assess(record, { model: loadModel(files.model), waivers: loadWaivers(files.waivers) }, new Date());
  const weaker = weakenings(record, { model: declarationOf(files.model), waivers: declarationOf(files.waivers) });
  const unsealed = record.seal !== null && environment.recordKey === undefined;
  return {
    exitCode: EXIT_CODE[assessment.verdict],
    lines: [
      shown(assessment),
      ...assessment.reasons.map((reason) => `  ${oneLine(reason, 300)}`),
      `  ${countsText({ verified: assessment.counts.verified, of: assessment.readings.strict.of }, assessment.parts)} verified`,
      `  ${exposureLine(assessment)} (declared MRR${assessment.rehearsal ? ', example only' : ''})`,
      `  run ${record.runId} of ${instant(record.startedAt)} on ${record.target?.api ?? 'an unknown target'}, commit ${record.git.commit ?? 'unknown'}`,
      ...weaker.map((what) => `  note: ${oneLine(what, 300)}`),
      ...(compared.note === null ? [] : [`  note: ${compared.note}`]),
      ...(unsealed
        ? ['  note: the record is sealed, but E2E_RECORD_KEY is not set here, so the seal was not checked']
        : []),
    ],
  };
};

const answer = (): { lines: string[]; exitCode: number } => {
  try {
    return judge(programArguments());
  } catch (error) {
    // Whatever goes wrong inside the gate, the answer is never GO.
    const known = error instanceof Misuse || error instanceof DeclarationError || error instanceof SetupError;
    const message = known
      ? error.message
      : `the gate itself failed: ${String(error instanceof Error ? error.stack : error)}`;
    return { lines: ['MISUSE', ...message.split('\n').map((line) => `  ${line}`)], exitCode: EXIT_CODE.MISUSE };
  }
};

const { lines, exitCode } = answer();
const text = `${lines.map(inert).join('\n')}\n`;
process.stdout.write(showsUnicode() ? text : plain(text));
process.exitCode = exitCode;

/** What this machine has to have, whatever the target. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { chromiumPath, NO_CHROMIUM } from '../../fixtures/chromium.ts';
import { messageOf, type Finding } from './finding.ts';

const packageFile = z.object({ engines: z.object({ node: z.string().regex(/^>=\d+$/) }) });

export const checkNode = (): Finding => {
  const { engines } = packageFile.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const least = Number(engines.node.slice(2));
  return Number(process.versions.node.split('.', 1)[0]) >= least
    ? { what: 'node', outcome: 'ok', detail: process.version }
    : {
        what: 'node',
        outcome: 'failed',
        detail: `${process.version}, and the suite needs ${least} or newer`,
        todo: `Install Node ${least} or newer from https://nodejs.org, then run npm ci again.`,
      };
};

export const checkChromium = (): Finding => {
  const path = chromiumPath();
  return path === undefined
    ? {
        what: 'chromium',
        outcome: 'failed',
        detail: 'none found, so the tests of the chat page stay unverified',
        todo: `${NO_CHROMIUM.replace(/^.*?; /, '')}.`,
      }
    : { what: 'chromium', outcome: 'ok', detail: path };
};

/** `problem`: why the variables could not be read; undefined = they could. */
export const checkVariables = (problem: string | undefined, baseUrl: string | undefined): Finding => {
  const file = existsSync('.env') ? '.env is there' : 'no .env';
  if (problem !== undefined)
    return {
      what: 'variables',
      outcome: 'failed',
      detail: `${file}, and the variables cannot be used`,
      todo: problem.replaceAll('\n', ' '),
    };
  return {
    what: 'variables',
    outcome: 'ok',
    detail:
      baseUrl === undefined
        ? `${file}, E2E_BASE_URL is not set: the stand-in is started and tested`
        : `${file}, the target is ${baseUrl}`,
  };
};

export const checkReports = (folder: string): Finding => {
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, '');
    rmSync(probe);
    return { what: 'reports', outcome: 'ok', detail: `${folder} can be written` };
  } catch (error) {
    return {
      what: 'reports',
      outcome: 'failed',
      detail: messageOf(error),
      todo: `Make ${folder} writable for this user, or name another folder with GOLDENPATH_REPORTS.`,
    };
  }
};

/** `npm run conformance -- URL`: whether a server keeps the contract, endpoint by endpoint. */
import { RELEASES } from '../contract/releases.ts';
import { checkConformance } from './check.ts';
import { contractIn, run, say } from './program.ts';
import { linesOf, type Row } from './row.ts';

const USAGE = `Usage: npm run conformance -- [URL] [--contract NAME]
  URL   origin of the API, such as https://api.staging.example.com; default: E2E_BASE_URL, else the embedded stand-in.
        Auth service, socket and keys are found as for the suite: docs/conformance.md
  --contract NAME   release to check against: ${RELEASES.map(({ name }) => name).join(', ')}; default: E2E_CONTRACT, else the nearest`;
const KEPT = 0;
const DIFFERS = 1;

const summary = (rows: readonly Row[], api: string): string => {
  const different = rows.filter(({ differences }) => differences.length > 0);
  const unchecked = rows.filter(({ unchecked }) => unchecked.size > 0).length;
  const checks = rows.reduce((sum, row) => sum + row.checks, 0);
  const rest = unchecked === 0 ? '' : `, ${unchecked} of them not in full`;
  return different.length === 0
    ? `${api} keeps the contract: ${rows.length} checked${rest}, with ${checks} checks.`
    : `${api} differs from the contract in ${different.length} of ${rows.length}: ${different.map(({ id }) => id).join(', ')}`;
};

await run('conformance', USAGE, (args) => {
  const { rest, release } = contractIn(args, USAGE);
  if (release !== undefined) process.env['E2E_CONTRACT'] = release.name;
  return {
    rest,
    look: async (environment, target) => {
      const { fit, rows } = await checkConformance(environment, target);
      say([`Contract ${fit.release.name}, ${fit.fits} of ${fit.of} marks fit`, '']);
      say([...rows.flatMap(linesOf), '', summary(rows, target.api)]);
      return rows.some(({ differences }) => differences.length > 0) ? DIFFERS : KEPT;
    },
  };
});

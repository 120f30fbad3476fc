/** `npm run contract:diff -- URL [--contract NAME]`: how a target differs from a release, before a run. */
import { DEFAULT_RELEASE, RELEASES } from '../contract/releases.ts';
import { contractDiff, draftOf } from './diff.ts';
import type { Difference } from './difference.ts';
import { contractIn, run, say } from './program.ts';
import { clientsFor, newMarker } from './target.ts';

const NAMES = RELEASES.map(({ name }) => name).join(', ');
const USAGE = `Usage: npm run contract:diff -- [URL] [--contract NAME]
  URL         origin of the API; default: E2E_BASE_URL, else the embedded stand-in.
  --contract  the release to compare with: ${NAMES}; default: ${DEFAULT_RELEASE.name}.
              Auth service, socket and keys are found as for the suite: docs/conformance.md`;
const SAME = 0;
const DIFFERS = 1;

const lineOf = ({ at, was, is }: Difference): readonly string[] => [at, `  was ${was}`, `  is  ${is}`];

await run('contract:diff', USAGE, (args) => {
  const { rest, release = DEFAULT_RELEASE } = contractIn(args, USAGE);
  return {
    rest,
    look: async (environment, target) => {
      const { nobody, agents, deadlines } = clientsFor(environment, target, () => DEFAULT_RELEASE);
      try {
        const socket = {
          url: target.ws,
          environment: environment.name,
          trust: agents.trust,
          withinMs: deadlines.welcome,
        };
        const found = await contractDiff(nobody, environment, socket, release, newMarker());
        if (found.length === 0) {
          say([`${target.api} does not differ from ${release.name}.`]);
          return SAME;
        }
        say([
          `${target.api} differs from ${release.name} in ${found.length}:`,
          '',
          ...found.flatMap(lineOf),
          '',
          'A draft of its profile, for src/contract/releases/ (docs/conformance.md):',
          '',
          ...draftOf(found, release),
        ]);
        return DIFFERS;
      } finally {
        agents.close();
      }
    },
  };
});

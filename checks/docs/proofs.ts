/** How each command of the documentation is proved. A command that is not here fails the check. */

/** Run as it stands, with its exit code and something it says. */
interface Runs {
  readonly kind: 'runs';
  readonly exit: number;
  readonly says: RegExp;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs until it is stopped: what it says once it is up. Ports in it are replaced by free ones. */
interface Serves {
  readonly kind: 'serves';
  readonly says: RegExp;
}

/** Too long to run here: the same program is asked with the same options whether it takes them. */
interface Accepts {
  readonly kind: 'accepts';
  readonly as: string;
  readonly says: RegExp;
}

/** Run for real by another check, which has to hold this text. */
interface Elsewhere {
  readonly kind: 'elsewhere';
  readonly check: string;
  readonly text: string;
}

export type Proof = Runs | Serves | Accepts | Elsewhere;

const runs = (exit: number, says: RegExp, variables?: Runs['variables']): Proof => ({
  kind: 'runs',
  exit,
  says,
  ...(variables === undefined ? {} : { variables }),
});
const serves = (says: RegExp): Proof => ({ kind: 'serves', says });
const accepts = (as: string, says: RegExp): Proof => ({ kind: 'accepts', as, says });
const elsewhere = (check: string, text: string): Proof => ({ kind: 'elsewhere', check, text });

const STAGING = {
  E2E_BASE_URL: 'https://api.staging.example.com',
  E2E_ALLOWED_HOSTS: 'api.staging.example.com,auth.staging.example.com,app.staging.example.com',
  E2E_RUN_ID: 'run-17',
};
const REHEARSED = /can never release anything/;
const STANDIN = /^standin ready: port \d+/m;

/** In the order in which they are run: the gate judges the run before it. */
export const PROOFS: Readonly<Record<string, Proof>> = {
  'npm ci && npx playwright test': runs(0, /REHEARSAL GO/),
  'npm run gate': runs(0, /^REHEARSAL GO$/m),
  'npm run gate -- --release': runs(5, REHEARSED),
  'npm run gate -- --target https://api.staging.example --run-id "$E2E_RUN_ID"': runs(5, /expected run-17/, STAGING),
  'npx playwright show-report reports/html': serves(/Serving HTML report at/),
  'npx playwright test --grep P1-03': runs(1, /P1-03 [^]*2 passed[^]*REHEARSAL INCONCLUSIVE/),
  'STANDIN_FAULTS=rest-500 npx playwright test --grep P1-12': runs(1, /1 failed[^]*P1-12/),
  'npx playwright test -c checks/playwright.config.ts --project=unit checks/fixtures/pace.spec.ts': runs(
    0,
    /\d passed/,
  ),
  'npm run schemas': runs(0, /run-record\.schema\.json/),
  'npm run conformance -- https://api.staging.example.com': runs(2, /E2E_ALLOWED_HOSTS/),
  'npm run contract:diff -- https://api.staging.example.com': runs(2, /E2E_ALLOWED_HOSTS/),
  'npm run contract:diff -- https://api.staging.example.com --contract beta-9': runs(2, /E2E_ALLOWED_HOSTS/),
  'npm run standin -- --contract beta-17': serves(STANDIN),
  'npm run standin -- --list': runs(0, /session-5[^]*rest-500/),
  'npm run standin -- --port 8787 --auth-port 8788': serves(STANDIN),
  'npm run standin -- --port 8787 --scenario session-5': serves(STANDIN),
  'npm run standin -- --scenario session-5 --fault rest-500-route:route=tools': serves(STANDIN),
  'npm test -- --list': runs(0, /^matrix sample$/m),

  // The examples of the pages, once their files are there.
  'npx playwright test --project=preflight --project=p2-high --grep P2-07': runs(
    1,
    /P2-07 [^]*2 passed[^]*INCONCLUSIVE/,
  ),
  'STANDIN_FAULTS=thread-title-shortened npx playwright test --project=preflight --project=p2-high --grep P2-07': runs(
    1,
    /\[not-persisted\] title\.kept: the name is the one that I gave/,
  ),
  'npm run standin -- --fault thread-title-shortened': serves(STANDIN),
  'npx playwright test -c checks/playwright.config.ts --project=unit checks/standin/switchboard.spec.ts': runs(
    1,
    /thread-title-shortened/,
  ),

  'npx playwright test': elsewhere('checks/suite/scenarios.spec.ts', 'healthy - all tests are verified'),
  'STANDIN_SCENARIO=session-5 npx playwright test': elsewhere(
    'checks/suite/scenarios.spec.ts',
    "STANDIN_SCENARIO: 'session-5'",
  ),
  'npm run doctor': elsewhere('checks/doctor/doctor.spec.ts', 'npm run -s doctor'),
  'ci/nightly.sh --rehearsal --shards 1': elsewhere('checks/suite/night.spec.ts', 'ci/nightly.sh --rehearsal --shards'),
  'STANDIN_FAULTS=thread-title-shortened npx playwright test --grep P1-13': elsewhere(
    'checks/docs/proofs.ts',
    'STANDIN_FAULTS=thread-title-shortened npx playwright test --project',
  ),

  'npm ci': accepts('npm ci --dry-run', /(?:added|up to date|add )/),
  'npm ci --ignore-scripts': accepts('npm ci --dry-run --ignore-scripts', /(?:added|up to date|add )/),
  'npm audit': accepts('npm audit --help', /npm audit/),
  'npm run -s sbom': elsewhere('checks/supply/supply.spec.ts', "'--silent', 'sbom'"),
  'npm test': accepts('npm test -- --list', /^checks$/m),
  'npm ci && npm test': accepts('npm test -- --list', /^checks$/m),
  'npm test -- checks': accepts('npm test -- checks --list', /^checks$/m),
  'npm test -- types': accepts('npm test -- types --list', /^types$/m),
  'npm run types': accepts('npm run types -- --version', /Version \d/),
  'npm run lint': accepts('npm run lint -- --version', /v\d/),
  'npm run format': accepts('npm run format -- --version', /\d\./),
  'npm run nightly': accepts('npm run nightly -- --help', /eyesight/),
  'npm run nightly -- all --rehearsal': accepts('npm run nightly -- all --rehearsal --help', /eyesight/),
  'npm run nightly -- all --shards 1': accepts('npm run nightly -- all --shards 1 --help', /eyesight/),
  'npm run matrix': accepts('npm run matrix -- --list', /^ws-mute$/m),
  'npm run matrix -- --resume': accepts('npm run matrix -- --resume --list', /^ws-mute$/m),
  'npm run matrix -- --only ws-mute': accepts('npm run matrix -- --only ws-mute --list', /^ws-mute$/m),
  'npm run matrix -- --only thread-update-lost': accepts(
    'npm run matrix -- --only thread-update-lost --list',
    /^thread-update-lost$/m,
  ),
  'npm run bench': accepts('npm run bench -- --help', /[Uu]sage/),
  'npm run bench -- --only sockets --only people': accepts(
    'npm run bench -- --only sockets --only people --help',
    /sockets, people/,
  ),
  'E2E_CONCURRENT_USERS=1000 npx playwright test --grep P1-17': elsewhere(
    'checks/suite/load.spec.ts',
    "{ E2E_CONCURRENT_USERS: '100' }",
  ),
  'E2E_OAUTH_SIMULATION_KEY=rehearsal npm run standin -- --port 8787 --auth-port 8788': serves(STANDIN),
  'cd load && npm ci --ignore-scripts': elsewhere('checks/load/load.spec.ts', "['ci', '--ignore-scripts'"),
  'E2E_BASE_URL=http://127.0.0.1:8787 E2E_AUTH_URL=http://127.0.0.1:8788 E2E_OAUTH_SIMULATION_KEY=rehearsal npm run local':
    elsewhere('checks/load/load.spec.ts', "['run', 'local']"),
  'npx artillery run:fargate people.yml --environment staging --count 20 --region eu-central-1 --secret E2E_OAUTH_SIMULATION_KEY --dotenv staging.env':
    elsewhere('checks/load/load.spec.ts', 'run:fargate'),
  'npm run soak': accepts('npm run soak -- --help', /[Uu]sage/),
  'npm run mutation': accepts('npm run mutation -- --help', /[Uu]sage/),
  'npm run mutation -- --only P1-12': accepts('npm run mutation -- --only P1-12 --help', /[Uu]sage/),
  'npm run mutation -- --catalogue': accepts('npm run mutation -- --catalogue --help', /[Uu]sage/),
  'npx playwright test --grep P1-12': accepts('npx playwright test --grep P1-12 --list', /P1-12 /),
  'npx playwright test --project=preflight --project=p2-high': accepts(
    'npx playwright test --project=preflight --project=p2-high --list',
    /P2-01 /,
  ),
  'npx playwright test -c checks/playwright.config.ts --project=unit checks/standin': accepts(
    'npx playwright test -c checks/playwright.config.ts --project=unit checks/standin --list',
    /Total: \d+ tests/,
  ),
};

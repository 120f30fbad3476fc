/**
 * The variables: one reader and one rule for tests, gate, doctor and nightly job. Everything is parsed once; a mistake
 * is one message that names the variable, the shape of a good value and an example. Values are never echoed.
 */
import { dirname, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { readDotenv } from './dotenv.ts';
import { hostOf, isLoopback, isPlainHost } from './hosts.ts';
import { SetupError } from './setup-error.ts';

const text = z.string().min(1);
/** Travels in an HTTP header. */
const ascii = text.regex(/^[\x20-\x7e]*$/, 'ASCII characters only, because it travels in an HTTP header');
// Later rules parse the URL again, so the first broken one ends it: one message, and never an error with the value in it.
const page = (protocol: RegExp, expected: string) =>
  z
    .url({ protocol, error: expected, abort: true })
    .refine((value) => URL.canParse(value), { error: expected, abort: true })
    .refine((value) => new URL(value).username + new URL(value).password === '', {
      error: 'a URL without a user name',
      abort: true,
    })
    .refine((value) => isPlainHost(new URL(value).hostname), {
      error: 'a host without a dot at its end and without two dots in a row',
      abort: true,
    })
    .transform((value) => new URL(value).href);
const url = (protocol: RegExp, expected: string) =>
  page(protocol, expected).refine((value) => !/[?#]/.test(value), { error: 'a URL without ? and #', abort: true });
const origin = (protocol: RegExp, example: string) =>
  url(protocol, `an origin such as ${example}`)
    .refine((value) => new URL(value).pathname === '/', `an origin without a path, such as ${example}`)
    .transform((value) => new URL(value).origin);
const httpOrigin = (example: string) => origin(/^https?$/, example);
/** A URL whose path and query are the secret. */
const secureUrl = (example: string) =>
  z
    .url({ error: `a URL such as ${example}`, abort: true })
    .refine(
      (value) =>
        URL.canParse(value) &&
        (new URL(value).protocol === 'https:' ||
          (new URL(value).protocol === 'http:' && isLoopback(new URL(value).hostname))),
      `an https:// URL such as ${example}`,
    );
const whole = (minimum: number, maximum: number, example: string) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number, such as ${example}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `a whole number from ${minimum} to ${maximum}`);

const HOSTS = 'host names with commas between them, such as api.staging.example.com,auth.staging.example.com';
const hostList = text.transform((value, context) => {
  const entries = value.split(',').filter((entry) => entry.trim() !== '');
  const hosts = entries.map((entry) => hostOf(entry.trim()));
  const wrong = hosts.indexOf(undefined);
  if (wrong >= 0 || hosts.length === 0)
    context.addIssue({
      code: 'custom',
      message: `${HOSTS}, without *, ://, port or path${wrong < 0 ? '' : `; name ${wrong + 1} of ${hosts.length} is none`}`,
    });
  return hosts.filter((host) => host !== undefined);
});

/** What is wrong with a pasted access token; undefined = it has the form of one. */
const tokenProblem = (value: string): string | undefined => {
  const parts = value.split('.');
  if (/^authorization\b/i.test(value)) return 'starts with the name of a header';
  if (/^bearer\b/i.test(value)) return 'starts with Bearer';
  if (/\s/.test(value)) return 'has a blank in it';
  if (/["'`]/.test(value)) return 'has quotes in it';
  if (parts.length !== 3) return `has ${parts.length} ${parts.length === 1 ? 'part' : 'parts'}`;
  if (parts.includes('')) return 'has an empty part';
  return parts.every((part) => /^[\w-]+$/.test(part)) ? undefined : 'has a character that base64url does not have';
};
const token = text.superRefine((value, context) => {
  const problem = tokenProblem(value);
  if (problem !== undefined)
    context.addIssue({
      code: 'custom',
      message: `an access token of three base64url parts (header.payload.signature) and nothing else; this value ${problem}`,
    });
});

/** Parts that commas separate. */
const words = text.transform((value) =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);

const RUN_ID_LENGTH = 128;

const shape = {
  E2E_BASE_URL: httpOrigin('https://api.staging.example.com').optional(),
  E2E_WS_URL: url(/^wss?$/, 'a WebSocket URL such as wss://api.staging.example.com/ws').optional(),
  E2E_AUTH_URL: httpOrigin('https://auth.staging.example.com').optional(),
  E2E_FRONTEND_URL: httpOrigin('https://app.staging.example.com').optional(),
  E2E_ENVIRONMENT: ascii.default('staging'),
  E2E_CONTRACT: text.optional(),
  E2E_HOOKS: words.optional(),
  E2E_TOKEN_SOURCE: z
    .enum(['auth-service', 'provided', 'local'], 'one of auth-service, provided, local')
    .default('auth-service'),
  E2E_OAUTH_SIMULATION_KEY: ascii.optional(),
  E2E_TOKEN_A: token.optional(),
  E2E_TOKEN_B: token.optional(),
  E2E_JWT_SECRET: text.optional(),
  E2E_ALLOWED_HOSTS: hostList.optional(),
  E2E_CA_FILE: text.optional(),
  E2E_DEGRADATION: z.enum(['fail', 'annotate'], 'one of fail, annotate').default('fail'),
  E2E_CONCURRENT_USERS: whole(2, 1000, '20').optional(),
  E2E_REQUEST_BUDGET: whole(1, 1_000_000, '1780').optional(),
  E2E_SOCKET_BUDGET: whole(1, 1_000_000, '140').optional(),
  E2E_PACE: z.enum(['default', 'off'], 'one of default, off').default('default'),
  E2E_RUN_ID: text
    .max(RUN_ID_LENGTH, `at most ${RUN_ID_LENGTH} characters, such as nightly-1234`)
    .regex(
      /^[\p{L}\p{M}\p{N} _.,:;=@~#%+/()[\]-]+$/u,
      'letters, digits, blanks and _ . , : ; = @ ~ # % + / ( ) [ ] -, such as nightly-1234',
    )
    .optional(),
  E2E_IMPACT_MODEL: text.optional(),
  E2E_RECORD_KEY: text.optional(),
  E2E_NOTIFY_WEBHOOK: secureUrl('https://hooks.example.com/services/...').optional(),
  E2E_REPORT_URL: page(/^https?$/, 'a URL such as https://ci.example.com/runs/17').optional(),
  STANDIN_SCENARIO: text.default('healthy'),
  STANDIN_FAULTS: text.optional(),
  STANDIN_CONTRACT: text.optional(),
  STANDIN_HEARTBEAT_SECONDS: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'a number of seconds, such as 1')
    .transform(Number)
    .refine((value) => value > 0 && value <= 3600, 'a number of seconds above 0')
    .optional(),
  STANDIN_PORT: whole(1, 65_535, '8787').optional(),
  STANDIN_ORIGIN: httpOrigin('http://127.0.0.1:8787').optional(),
  STANDIN_AUTH_ORIGIN: httpOrigin('http://127.0.0.1:8788').optional(),
  STANDIN_APP_ORIGIN: httpOrigin('http://localhost:3000').optional(),
} as const;

export const VARIABLES = Object.keys(shape);
export type Variables = z.output<z.ZodObject<typeof shape>>;
export type Source = Record<string, string | undefined>;

const OURS = /^(?:E2E|STANDIN)_/;

const TYPOGRAPHIC = /^[“”„‟‘’‚‛«»‹›]|[“”„‟‘’‚‛«»‹›]$/;
/** Control and format characters, and every blank but the usual one. */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Z}\ufffd]/u;

/** What is wrong with a value whatever it is for; undefined = nothing. */
const pasted = (value: string): string | undefined => {
  if (/^(["'`]).*\1$/s.test(value) && value.length > 1)
    return 'a value without quotes around it (a shell and .env take them away, docker --env-file and some CI systems do not)';
  if (TYPOGRAPHIC.test(value)) return 'a value in straight quotes or in none, not in typographic ones';
  const invisible = INVISIBLE.exec(value)?.[0].codePointAt(0);
  return invisible === undefined
    ? undefined
    : `a value without invisible characters (this one holds U+${invisible.toString(16).toUpperCase().padStart(4, '0')})`;
};

/** Variables that hold a path. */
const PATHS = ['E2E_CA_FILE', 'E2E_IMPACT_MODEL', 'GOLDENPATH_REPORTS'];

/** What is wrong with a value as it was given; undefined = nothing that can be said without its shape. */
const misgiven = (name: string, value: string): string | undefined => {
  if (!PATHS.includes(name)) return pasted(value);
  if (value.includes('-----BEGIN'))
    return 'the path of a file and not its content (a GitLab variable of the type File has the path)';
  if (/^~(?:\/|$)/.test(value)) return 'a path without ~, which only a shell replaces by the home folder';
  return pasted(value);
};

/** Blank counts as unset, for a variable and for an option such as `--target "$E2E_BASE_URL"`. */
export const filled = (value: string | undefined): string | undefined => (value?.trim() === '' ? undefined : value);

const isFilled = (entry: [string, string | undefined]): entry is [string, string] => filled(entry[1]) !== undefined;

/**
 * What a process may use: `.env` fills what the shell leaves unset or blank. A relative path is one of the folder of
 * `.env`, which is the suite's, whoever set it and wherever the program was started.
 */
export const filledVariables = (shell: Source = process.env, dotenvPath = '.env'): Record<string, string> => {
  const set = [...Object.entries(readDotenv(dotenvPath)), ...Object.entries(shell)].filter(isFilled);
  const paths = set
    .map(([name, value]): [string, string] => [name, value.trim()])
    .filter(([name, value]) => PATHS.includes(name) && misgiven(name, value) === undefined)
    .map(([name, value]): [string, string] => [name, resolve(dirname(dotenvPath), value)]);
  return Object.fromEntries([...set, ...paths]);
};

/** Parses the variables of a process; blank counts as unset, blanks around a value are dropped. */
export const parseVariables = (source: Source): Variables => {
  const set = Object.entries(source)
    .filter(isFilled)
    .filter(([name]) => OURS.test(name))
    .map(([name, value]): [string, string] => [name, value.trim()]);
  const unknown = set
    .filter(([name]) => !VARIABLES.includes(name))
    .map(([name]) => `${name} is not a variable of goldenpath. Did you mean ${closest(name, VARIABLES)}?`);
  const pastedWrong = set.flatMap(([name, value]) => {
    const expected = misgiven(name, value);
    return VARIABLES.includes(name) && expected !== undefined ? [{ name, expected }] : [];
  });
  const parsed = z
    .object(shape)
    .safeParse(Object.fromEntries(set.filter(([name]) => !pastedWrong.some((each) => each.name === name))));
  const issues = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    name: String(path[0]),
    expected: message,
  }));
  const wrong = [...pastedWrong, ...issues].sort((a, b) => VARIABLES.indexOf(a.name) - VARIABLES.indexOf(b.name));
  const problems = [
    ...unknown,
    ...wrong.map(({ name, expected }) => `${name} has a value of the wrong shape; expected ${expected}.`),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new SetupError(
    [...problems, ...(unknown.length > 0 ? [`Valid names: ${VARIABLES.join(', ')}.`] : []), 'See .env.example.'].join(
      '\n',
    ),
  );
};

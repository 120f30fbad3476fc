/** The only place of the stand-in that reads the process's environment. */
import { z } from 'zod';

/** As whoever starts it reads them: blank counts as unset, blanks around a value are dropped. */
const filled = (source: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(source)
      .map(([name, value]): [string, string] => [name, (value ?? '').trim()])
      .filter(([, value]) => value !== ''),
  );

const schema = z.object({
  STANDIN_SCENARIO: z.string().optional(),
  STANDIN_FAULTS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((spec) => spec.trim())
        .filter((spec) => spec !== ''),
    )
    .optional(),
  STANDIN_CONTRACT: z.string().optional(),
  STANDIN_HEARTBEAT_SECONDS: z.coerce.number().positive().optional(),
  /** Set by `npm run`: then npm is the parent, and its end is ours. */
  npm_lifecycle_event: z.string().optional(),
  E2E_JWT_SECRET: z.string().optional(),
  E2E_OAUTH_SIMULATION_KEY: z.string().optional(),
  E2E_ENVIRONMENT: z.string().optional(),
  E2E_FRONTEND_URL: z.url({ protocol: /^https?$/ }).optional(),
});

export const readEnvironment = (source: NodeJS.ProcessEnv) => schema.safeParse(filled(source));

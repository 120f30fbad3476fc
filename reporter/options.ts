/** What playwright.config.ts and merge.config.ts hand to the reporter. */
import { z } from 'zod';

export const reporterOptions = z.object({
  /** E2E_RUN_ID; at merge the shards' own id is used when this is left out. */
  runId: z.string().min(1).optional(),
  /** Holds `impact/`, `history.jsonl`, `junit.xml` and `ctrf.json`; relative to the working directory. */
  outputDir: z.string().default('reports'),
  /** E2E_IMPACT_MODEL; relative to the working directory. */
  modelFile: z.string().default('impact.model.json'),
  waiversFile: z.string().default('waivers.json'),
  /** Project whose tests carry preflight's report and no catalogue id. */
  preflightProject: z.string().default('preflight'),
  /** Folder of the configuration; Playwright hands it to every reporter. */
  configDir: z.string().default('.'),
});
export type ReporterOptions = z.infer<typeof reporterOptions>;

export const parseOptions = (given: unknown): ReporterOptions => {
  const parsed = reporterOptions.safeParse(given ?? {});
  if (!parsed.success) throw new Error(`goldenpath-reporter: bad option\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

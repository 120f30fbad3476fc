/** What playwright.config.ts and merge.config.ts hand to the reporter. */
import { resolve } from 'node:path';
import { z } from 'zod';

const reporterOptions = z.object({
  /** Folder of the configuration; Playwright hands it to every reporter. */
  configDir: z.string().default('.'),
  /** E2E_RUN_ID; at merge the shards' own id is used when this is left out. */
  runId: z.string().min(1).optional(),
  /** Holds `impact/`, `history.jsonl`, `junit.xml` and `ctrf.json`. Paths are relative to the configuration. */
  outputDir: z.string().default('reports'),
  /** E2E_IMPACT_MODEL. */
  modelFile: z.string().default('impact.model.json'),
  waiversFile: z.string().default('waivers.json'),
  /** Project whose tests carry preflight's report and no catalogue id. */
  preflightProject: z.string().default('preflight'),
});
export type ReporterOptions = z.infer<typeof reporterOptions>;

/** The options with absolute paths: a run may be started in another folder than its configuration's. */
export const parseOptions = (given: unknown): ReporterOptions => {
  const parsed = reporterOptions.safeParse(given ?? {});
  if (!parsed.success) throw new Error(`goldenpath-reporter: bad option\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  const from = (path: string): string => resolve(data.configDir, path);
  return {
    ...data,
    configDir: from('.'),
    outputDir: from(data.outputDir),
    modelFile: from(data.modelFile),
    waiversFile: from(data.waiversFile),
  };
};

/** JSON Schemas of the files that a team writes or reads; `npm run schemas` publishes them under `src/reporter/schema/`. */
import { join } from 'node:path';
import { z } from 'zod';
import { impactModel } from './model.ts';
import { runRecord } from './record.ts';
import { waiverFile } from './waivers.ts';

export const SCHEMA_FOLDER = join(import.meta.dirname, 'schema');

const published = (title: string, schema: z.ZodType): string =>
  // What the loader computes on top (sums, catalogue ids, days) has no place in a JSON Schema.
  `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`;

export const SCHEMAS: Readonly<Record<string, () => string>> = {
  'impact-model.schema.json': () => published('goldenpath impact model', impactModel),
  'waivers.schema.json': () => published('goldenpath waivers', waiverFile),
  'run-record.schema.json': () => published('goldenpath run record', runRecord),
};

/** `bench.json`: what the page shows. */
import { z } from 'zod';

export const benchFile = z.strictObject({
  version: z.literal(1),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  machine: z.strictObject({ cores: z.int(), node: z.string(), load: z.number() }),
  parts: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      seconds: z.number(),
      note: z.string(),
      figures: z.array(
        z.strictObject({
          name: z.string(),
          value: z.number(),
          unit: z.string(),
          atMost: z.number().optional(),
        }),
      ),
      bars: z.array(
        z.strictObject({ row: z.string(), label: z.string(), from: z.number(), to: z.number(), kind: z.string() }),
      ),
    }),
  ),
});
export type BenchFile = z.infer<typeof benchFile>;

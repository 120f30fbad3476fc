/** `impact.model.json`: what depends on what, and what it is declared to be worth. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CATALOGUE } from '../contract/catalogue.ts';

const id = z.string().min(1).max(60);
const share = z.number().positive().max(1);

const shape = z.strictObject({
  $schema: z.string().optional(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters, such as USD'),
  priorities: z
    .array(
      z.strictObject({
        id,
        label: z.string().min(1),
        mrrAtRisk: z.number().positive(),
        failureTolerance: z.number().min(0).max(1).meta({ description: 'Share of its tests that may fail.' }),
      }),
    )
    .min(1),
  capabilities: z
    .array(
      z.strictObject({
        id,
        tests: z.array(z.string()).min(1),
        critical: z.boolean(),
        security: z.boolean().default(false).meta({ description: 'Its failures cannot be waived.' }),
      }),
    )
    .min(1),
  streams: z
    .array(
      z.strictObject({
        id,
        mrr: z.number().positive(),
        source: z.string().min(1).meta({ description: 'Where the amount comes from; printed beside it.' }),
        asOf: z.iso.date(),
        needs: z.array(z.strictObject({ capability: id, share })).min(1),
      }),
    )
    .min(1),
  degradedWeight: share.meta({ description: 'How much of its share a degraded capability exposes.' }),
});

const doubled = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

type Shape = z.infer<typeof shape>;

export const priorityOf = (test: string): string => test.split('-', 1)[0] ?? test;

/** A stream belongs to the most urgent priority among the tests that guard it. */
const priorityOfStream = (model: Shape, stream: Shape['streams'][number]): string | undefined =>
  stream.needs
    .flatMap((need) => model.capabilities.find((capability) => capability.id === need.capability)?.tests ?? [])
    .map(priorityOf)
    .sort()[0];

/** The streams of a priority, in the order of the model. */
export const streamsOf = (model: Shape, priority: string): Shape['streams'] =>
  model.streams.filter((stream) => priorityOfStream(model, stream) === priority);

const contradictions = (model: Shape): string[] => {
  const found: string[] = [];
  const listed = model.capabilities.flatMap((capability) => capability.tests);
  for (const [what, values] of [
    ['priority', model.priorities.map((priority) => priority.id)],
    ['capability', model.capabilities.map((capability) => capability.id)],
    ['stream', model.streams.map((stream) => stream.id)],
    ['test', listed],
  ] as const)
    for (const value of doubled(values)) found.push(`${what} ${value} is declared twice`);

  for (const test of listed)
    if (!CATALOGUE.some((entry) => entry.id === test)) found.push(`test ${test} is not in the catalogue`);
  for (const entry of CATALOGUE)
    if (entry.priority === 'P1' && !listed.includes(entry.id)) found.push(`no capability lists ${entry.id}`);

  const needed = model.streams.flatMap((stream) => stream.needs.map((need) => need.capability));
  for (const stream of model.streams) {
    for (const name of doubled(stream.needs.map((need) => need.capability)))
      found.push(`stream ${stream.id} needs ${name} twice`);
    for (const need of stream.needs)
      if (!model.capabilities.some((capability) => capability.id === need.capability))
        found.push(`stream ${stream.id} needs ${need.capability}, which is not declared`);
  }
  // A capability that no stream needs could break without costing anything on paper.
  for (const capability of model.capabilities)
    if (!needed.includes(capability.id)) found.push(`no stream needs capability ${capability.id}`);

  for (const priority of model.priorities) {
    const streams = streamsOf(model, priority.id);
    const sum = streams.reduce((total, stream) => total + stream.mrr, 0);
    if ((streams.length > 0 || priority.id === 'P1') && Math.abs(sum - priority.mrrAtRisk) > 0.005)
      found.push(`the streams of ${priority.id} add up to ${sum}, its mrrAtRisk is ${priority.mrrAtRisk}`);
  }
  for (const stream of model.streams) {
    const priority = priorityOfStream(model, stream);
    if (priority !== undefined && !model.priorities.some((candidate) => candidate.id === priority))
      found.push(`stream ${stream.id} belongs to ${priority}, which is not declared`);
  }
  return found;
};

export const impactModel = shape.check((context) => {
  for (const message of contradictions(context.value))
    context.issues.push({ code: 'custom', message, input: context.value, path: [] });
});
export type ImpactModel = z.infer<typeof impactModel>;
export type Stream = ImpactModel['streams'][number];

/** A model or waiver file that cannot be trusted; the verdict is then MISUSE. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

/** Editors of Windows write byte order marks, and `>` of its PowerShell writes UTF-16. */
const textOf = (bytes: Buffer): string => {
  const utf16 = [
    ['fffe', 'utf-16le'],
    ['feff', 'utf-16be'],
  ].find(([mark]) => bytes.toString('hex', 0, 2) === mark);
  return new TextDecoder(utf16?.[1] ?? 'utf-8').decode(bytes);
};

export const readDeclaration = <T>(file: string, schema: z.ZodType<T>): T => {
  let content: unknown;
  try {
    content = JSON.parse(textOf(readFileSync(file)));
  } catch (cause) {
    throw new DeclarationError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new DeclarationError(`${file} is not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

export const loadModel = (file: string): ImpactModel => readDeclaration(file, impactModel);

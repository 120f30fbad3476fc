/** A fault, a green control or a part of a scenario: one object in one file, named like the file. */
import { z } from 'zod';
import type { Bench } from './seams.ts';

export type Layer =
  | 'network'
  | 'handshake'
  | 'authentication'
  | 'welcome'
  | 'messages'
  | 'agents'
  | 'rest'
  | 'discovery'
  | 'isolation'
  | 'limits'
  | 'errors'
  | 'sessions'
  | 'lifecycle'
  | 'health'
  | 'page'
  | 'control'
  | 'scenario';

export interface Fault {
  readonly id: string;
  readonly layer: Layer;
  readonly origin: 'history' | 'realistic' | 'control';
  readonly summary: string;
  readonly parameters: readonly string[];
  /** Judges the parameters, then puts the change into place. */
  readonly install: (bench: Bench, given: Readonly<Record<string, string>>) => void;
}

/** For a fault that has nothing to choose. */
export const NO_PARAMETERS = z.object({});

interface Definition<Schema extends z.ZodObject> {
  id: string;
  layer: Layer;
  origin: Fault['origin'];
  summary: string;
  parameters: Schema;
  install: (bench: Bench, parameters: z.output<Schema>) => void;
}

export class ParameterError extends Error {}

export const defineFault = <Schema extends z.ZodObject>(definition: Definition<Schema>): Fault => ({
  id: definition.id,
  layer: definition.layer,
  origin: definition.origin,
  summary: definition.summary,
  parameters: Object.keys(definition.parameters.shape),
  install: (bench, given) => {
    const parsed = definition.parameters.safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new ParameterError(
        `${definition.id}: parameter "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'wrong'}`,
      );
    }
    definition.install(bench, parsed.data);
  },
});

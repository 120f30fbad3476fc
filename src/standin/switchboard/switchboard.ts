/** Finds faults, controls and scenario parts by name and puts them into the seams. */
import { readdirSync } from 'node:fs';
import { z } from 'zod';
import type { Connection } from '../socket/connection.ts';
import type { Unit } from '../unit.ts';
import { ParameterError, type Fault } from './fault.ts';
import { nearestTo } from './nearest.ts';
import { Scope, scopeParameters } from './scope.ts';
import type { SeamName, Seams, ServerHandle, Wrap } from './seams.ts';

/** A name, a parameter or a value that nobody knows: what was meant is worth guessing, running without it is not. */
export class UnknownSelection extends Error {}

const FOLDERS = ['faults', 'controls', 'defects', 'parts'] as const;

const idsIn = (folder: (typeof FOLDERS)[number]): string[] =>
  readdirSync(new URL(`../${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();

/** Every id that `--fault` takes, by the folder it lives in. */
export const catalogue = (): Record<(typeof FOLDERS)[number], string[]> => ({
  faults: idsIn('faults'),
  controls: idsIn('controls'),
  defects: idsIn('defects'),
  parts: idsIn('parts'),
});

const faultModule = z.object({
  default: z.custom<Fault>((value) => typeof value === 'object' && value !== null && 'install' in value),
});

export const loadFault = async (id: string): Promise<Fault> => {
  const known = catalogue();
  const folder = FOLDERS.find((name) => known[name].includes(id));
  if (folder === undefined) {
    const nearest = nearestTo(
      id,
      FOLDERS.flatMap((name) => known[name]),
    );
    throw new UnknownSelection(`unknown fault "${id}". Nearest: ${nearest.join(', ')}`);
  }
  const module: unknown = await import(new URL(`../${folder}/${id}.ts`, import.meta.url).href);
  const fault = faultModule.parse(module).default;
  if (fault.id !== id) throw new Error(`${folder}/${id}.ts calls itself ${fault.id}`);
  return fault;
};

interface Selection {
  id: string;
  given: Record<string, string>;
}

/** `id:key=value:key=value` */
const selectionOf = (spec: string): Selection => {
  const [id = '', ...pairs] = spec.trim().split(':');
  const given: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UnknownSelection(`fault "${id}": "${pair}" is not key=value`);
    given[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return { id, given };
};

const SCOPE_KEYS = Object.keys(scopeParameters.shape);

const unitOf = (about: Unit | Connection): Unit => ('call' in about ? about.call : about);

type AnySeam = (about: Unit | Connection, ...rest: unknown[]) => unknown;

/** A view of the seams in which every change is limited to the scope. */
const scopedWrap =
  (seams: Seams, scope: Scope): Wrap =>
  (name, change, when) => {
    const next = seams[name];
    const [changed, unchanged] = [change(next), next] as unknown as [AnySeam, AnySeam];
    const applies = when as unknown as ((...args: unknown[]) => boolean) | undefined;
    const chosen: AnySeam = (about, ...rest) => {
      const hit = applies?.(about, ...rest) !== false && scope.covers(unitOf(about));
      return (hit ? changed : unchanged)(about, ...rest);
    };
    (seams as unknown as Record<SeamName, AnySeam>)[name] = chosen;
  };

export interface InstalledFault {
  spec: string;
  /** Given when the fault plays dice, so that a run can be repeated. */
  seed: number | undefined;
}

/** In the order given; a later one sees the server as the earlier ones left it. */
export const installFaults = async (
  specs: readonly string[],
  seams: Seams,
  server: ServerHandle,
): Promise<InstalledFault[]> => {
  const installed: InstalledFault[] = [];
  for (const spec of specs) {
    const { id, given } = selectionOf(spec);
    const fault = await loadFault(id);
    const valid = [...fault.parameters, ...SCOPE_KEYS];
    const unknown = Object.keys(given).find((key) => !valid.includes(key));
    if (unknown !== undefined) {
      throw new UnknownSelection(`fault "${id}" has no parameter "${unknown}". Valid: ${valid.join(', ')}`);
    }
    const isScope = ([key]: [string, string]) => SCOPE_KEYS.includes(key) && !fault.parameters.includes(key);
    const entries = Object.entries(given);
    const scope = scopeParameters.safeParse(Object.fromEntries(entries.filter(isScope)));
    if (!scope.success) throw new UnknownSelection(`fault "${id}": ${z.prettifyError(scope.error)}`);
    const own = Object.fromEntries(entries.filter((entry) => !isScope(entry)));
    const limits = new Scope(scope.data);
    try {
      fault.install({ wrap: scopedWrap(seams, limits), server }, own);
    } catch (error) {
      if (error instanceof ParameterError) throw new UnknownSelection(error.message);
      throw error;
    }
    installed.push({ spec, seed: scope.data.probability === undefined ? undefined : limits.seed });
  }
  return installed;
};

/** `waivers.json`: known defects accepted for a while. A waiver changes the verdict at most, never a result. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { CATALOGUE } from '../contract/catalogue.ts';
import { securityOf } from './capabilities.ts';
import type { ImpactModel } from './model.ts';
import { readDeclaration } from './model.ts';
import { hasParts, partsWith } from './parts.ts';
import type { Row } from './record.ts';

const LONGEST_DAYS = 30;
const DAY = 86_400_000;

const waiver = z
  .strictObject({
    tests: z.array(z.string()).min(1),
    cause: z
      .string()
      .min(1)
      .refine((id) => id !== 'unknown', 'an unknown cause cannot be accepted; name the one that was found'),
    owner: z.string().trim().min(1),
    reason: z.string().trim().min(10, 'say in a sentence why this may ship'),
    opened: z.iso.date(),
    expires: z.iso
      .date()
      .meta({ description: `The last day (UTC) on which it holds, at most ${LONGEST_DAYS} days after it was opened.` }),
  })
  .check((context) => {
    const { tests, opened, expires } = context.value;
    const complain = (message: string) =>
      context.issues.push({ code: 'custom', message, input: context.value, path: ['expires'] });
    if (expires < opened) complain('expires before it was opened');
    if (Date.parse(expires) - Date.parse(opened) > LONGEST_DAYS * DAY)
      complain(`a waiver lasts at most ${LONGEST_DAYS} days`);
    for (const test of tests)
      if (!CATALOGUE.some((entry) => entry.id === test)) complain(`${test} is not in the catalogue`);
  });
export type Waiver = z.infer<typeof waiver>;

export const waiverFile = z.strictObject({ $schema: z.string().optional(), waivers: z.array(waiver) });

/** No file means no waivers; a file that is there has to be right. */
export const loadWaivers = (file: string): Waiver[] =>
  existsSync(file) ? readDeclaration(file, waiverFile).waivers : [];

export interface WaiverState {
  readonly waiver: Waiver;
  /** Whole days left, the last one included; negative once it expired. */
  readonly daysLeft: number;
  readonly state: 'active' | 'expired' | 'not-yet-open' | 'too-far-ahead';
}

const midnight = (now: Date): number => Date.parse(now.toISOString().slice(0, 10));

export const stateOf = (subject: Waiver, now: Date): WaiverState => {
  const daysLeft = (Date.parse(subject.expires) - midnight(now)) / DAY + 1;
  if (daysLeft < 1) return { waiver: subject, daysLeft, state: 'expired' };
  if (Date.parse(subject.opened) > midnight(now)) return { waiver: subject, daysLeft, state: 'not-yet-open' };
  if (daysLeft > LONGEST_DAYS + 1) return { waiver: subject, daysLeft, state: 'too-far-ahead' };
  return { waiver: subject, daysLeft, state: 'active' };
};

/** The active waiver that covers a failed row, if one does: same test, all that failed of one cause, no matter of security. */
export const waiverFor = (
  failed: Row,
  waivers: readonly WaiverState[],
  model: ImpactModel,
): WaiverState | undefined => {
  if (securityOf(failed.id, model) !== undefined || failed.cause === null) return undefined;
  const beside = failed.outside === null ? [] : [failed.outside];
  const own = hasParts(failed) ? [...partsWith(failed, 'failed'), ...beside] : [failed];
  return waivers.find(
    ({ waiver: { tests, cause }, state }) =>
      state === 'active' && tests.includes(failed.id) && own.every((each) => each.cause?.id === cause),
  );
};

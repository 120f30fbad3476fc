/** Value shapes that every surface of the wire shares. */
import { z } from 'zod';

const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|\+00:00)$/;
const ISO_ZONE_OPTIONAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|\+00:00)?$/;
const isRealTime = (text: string) => Number.isFinite(Date.parse(text));

/** ISO 8601 UTC with `Z` or `+00:00`. */
export const iso = z.string().regex(ISO_UTC, 'expected ISO 8601 UTC').refine(isRealTime, 'not a real time');
/** As {@link iso}, but a missing zone means UTC: only the ends of tokens in `/auth/verify` and `/auth/me`, and discovery timestamps. */
export const isoZoneOptional = z
  .string()
  .regex(ISO_ZONE_OPTIONAL, 'expected ISO 8601 UTC')
  .refine(isRealTime, 'not a real time');
/** The last second of the year 9999: a date above it has no ISO form. */
const LAST_SECOND = 253_402_300_799;
/** Seconds since 1970, may be fractional. */
export const unix = z.number().positive().max(LAST_SECOND, 'not a real time in seconds');
export const count = z.int().nonnegative();
export const nonEmpty = z.string().min(1);
/** Any JSON object; unknown keys are kept. */
export const jsonObject = z.record(z.string(), z.unknown());

/** `gp-` and eight hex digits, new for every use: ties a reply to the run that asked for it. */
export const MARKER = /gp-[0-9a-f]{8}/;

/** Milliseconds since 1970 of an ISO time; a missing zone is read as UTC. */
export const millisOf = (text: string): number => Date.parse(/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`);

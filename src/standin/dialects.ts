/** The releases that the stand-in can play. */
import { dialect as beta17 } from './dialects/beta-17.ts';
import { dialect as beta9 } from './dialects/beta-9.ts';
import type { Dialect } from './dialects/dialect.ts';

export const DIALECTS: readonly Dialect[] = [beta9, beta17];

import { randomUUID } from 'node:crypto';
import { beta9 } from '../../contract/releases/beta-9.ts';
import type { Dialect } from './dialect.ts';

/** What the stand-in speaks by itself. */
export const dialect: Dialect = {
  release: beta9,
  frame: (frame) => frame,
  success: (_endpoint, body) => body,
  status: (status) => status,
  tokenId: randomUUID,
};

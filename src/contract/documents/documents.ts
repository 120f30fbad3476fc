/** The contract as documents that other tools read; `npm run schemas` writes them into `docs/`. */
import { asyncapi } from './asyncapi.ts';
import { openapi } from './openapi.ts';
import type { Json } from './schemas.ts';

export const DOCUMENTS: Readonly<Record<string, () => Json>> = {
  'openapi.json': () => openapi('api'),
  'openapi-auth.json': () => openapi('auth'),
  'asyncapi.json': asyncapi,
};

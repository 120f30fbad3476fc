/** How a release spells what the stand-in says: applied last, so that no fault has to know which release it breaks. */
import type { EnvelopeStatus } from '../../contract/errors.ts';
import type { Release } from '../../contract/release.ts';
import type { JsonObject } from '../unit.ts';

export interface Dialect {
  readonly release: Release;
  readonly frame: (frame: JsonObject) => JsonObject;
  /** Body of a 200, by the id of its endpoint. */
  readonly success: (endpoint: string, body: unknown) => unknown;
  readonly status: (status: EnvelopeStatus, message: string) => EnvelopeStatus;
  readonly tokenId: () => string;
}

/** Which frames a defect is about, on the chat socket or in one of the event streams. */
import { z } from 'zod';
import type { JsonObject } from '../unit.ts';

export const frameParameters = {
  on: z.enum(['socket', 'agents', 'chat', 'events']),
  /** Its `type`, in event streams of agents its `event`. */
  type: z.string().min(1),
};

export const framesOf =
  (type: string) =>
  (frame: JsonObject): boolean =>
    frame['type'] === type || frame['event'] === type;

/** What a dialect says otherwise because its release does. */
import type { Release } from '../../contract/release.ts';
import { DEFAULT_RELEASE } from '../../contract/releases.ts';
import { isWelcome } from '../socket/frames.ts';
import type { Frame } from '../switchboard/seams.ts';
import { isObject, type JsonObject } from '../unit.ts';
import type { Dialect } from './dialect.ts';

const BASE = DEFAULT_RELEASE.socket;
/** Members that an agent event has on top, whatever carries the rest. */
const isAgentEvent = ({ type }: Frame): boolean => typeof type === 'string' && /^(?:agent|tool)_/.test(type);

const codesOf = ({ socket }: Release): Readonly<Record<string, string>> => ({
  [BASE.refusalCodes.noToken]: socket.refusalCodes.noToken,
  [BASE.refusalCodes.invalidFormat]: socket.refusalCodes.invalidFormat,
  [BASE.refusalCodes.invalidToken]: socket.refusalCodes.invalidToken,
  [BASE.malformedCode]: socket.malformedCode,
});

/** What follows from the release alone. */
export const frameOf = (release: Release, welcome: (frame: Frame) => Frame): Dialect['frame'] => {
  const codes = codesOf(release);
  const { eventBody, signOfLife } = release.socket;
  return (frame) => {
    if (isWelcome(frame)) return welcome(frame);
    if (frame['type'] === BASE.signOfLife.type) return { ...frame, type: signOfLife.type };
    const code = frame['error_code'];
    if (typeof code === 'string') return { ...frame, error_code: codes[code] ?? code };
    if (!isAgentEvent(frame) || !(BASE.eventBody in frame)) return frame;
    const { [BASE.eventBody]: body, ...rest } = frame;
    return { ...rest, [eventBody]: body };
  };
};

const FOREIGN = /^Access denied/;
export const statusOf =
  ({ refusals }: Release): Dialect['status'] =>
  (status, message) => {
    if (status !== 403) return status;
    if (message === refusals.notAuthenticated.message) return refusals.notAuthenticated.statuses[0];
    return FOREIGN.test(message) ? refusals.forbidden.statuses[0] : status;
  };

export const dataOf = (frame: Frame): JsonObject => (isObject(frame['data']) ? frame['data'] : {});

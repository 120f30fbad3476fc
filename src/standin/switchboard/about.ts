/** What a decision is about, in the words of the fault tables. */
import { isChatPath } from '../socket/upgrade.ts';
import type { Connection } from '../socket/connection.ts';
import type { HttpCall, SocketCall, Unit } from '../unit.ts';
import type { EdgeAnswer } from './seams.ts';

/** Faults of the API leave the auth origin alone, so that tokens can be had. */
export const isApi = (unit: Unit): boolean => unit.host === 'api';
export const isApiPath = (call: HttpCall): boolean => isApi(call) && call.path.startsWith('/api/');
/** `/ws` and its alias; `/ws/test` stays the proof that the transport works. */
export const isChatUpgrade = (call: SocketCall): boolean => isApi(call) && isChatPath(call.path);
/** A socket of `/ws` whose token was accepted. */
export const isAdmitted = (connection: Connection): boolean => connection.admitted;

export const edgeReply = (
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): EdgeAnswer => ({ kind: 'reply', status, headers: { 'content-type': type, ...headers }, body });

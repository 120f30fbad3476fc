/**
 * Defects of a server that each claim has to see: faults of the catalogue, or small ones of src/standin/defects that are
 * made by their parameters. Which assertion sees which is measured.
 */
import { AGENT_EXECUTION } from './defects/agent-execution.ts';
import { CONVERSATIONS } from './defects/conversations.ts';
import { REALTIME_CHAT } from './defects/realtime-chat.ts';
import { RESILIENCE } from './defects/resilience.ts';
import { SESSIONS } from './defects/sessions.ts';
import { TENANT_ISOLATION } from './defects/tenant-isolation.ts';

/** By claim. */
export const DEFECTS: Readonly<Record<string, readonly string[]>> = {
  ...AGENT_EXECUTION,
  ...CONVERSATIONS,
  ...REALTIME_CHAT,
  ...RESILIENCE,
  ...SESSIONS,
  ...TENANT_ISOLATION,
};

/** Assertions that no trial can make fail, and who checks them: the bounds longer than the deadlines against the stand-in. */
export const CHECKED_ELSEWHERE: Readonly<Record<string, string>> = {
  'P1-03 slow-first-event secondary': 'checks/suite/slow.spec.ts',
  'P1-07 expectAnswers slow-answer secondary': 'checks/suite/slow.spec.ts',
  'P1-08 expectQuickStart slow-first-frame secondary': 'checks/suite/slow.spec.ts',
};

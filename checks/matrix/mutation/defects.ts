/**
 * For each assertion of the P1 tests a defect of the server that only this assertion sees, or that it sees first.
 * Defects are faults of the catalogue, or small ones of src/standin/defects that are made by their parameters.
 */
import { AGENT_EXECUTION } from './defects/agent-execution.ts';
import { CONVERSATIONS } from './defects/conversations.ts';
import { REALTIME_CHAT } from './defects/realtime-chat.ts';
import { RESILIENCE } from './defects/resilience.ts';
import { SESSIONS } from './defects/sessions.ts';
import { TENANT_ISOLATION } from './defects/tenant-isolation.ts';

export const DEFECTS: Readonly<Record<string, string>> = {
  ...AGENT_EXECUTION,
  ...CONVERSATIONS,
  ...REALTIME_CHAT,
  ...RESILIENCE,
  ...SESSIONS,
  ...TENANT_ISOLATION,
};

/**
 * Assertions that no trial can make fail, and who checks them: those about the suite's own client, and the bounds that are
 * longer than the deadlines against the stand-in.
 */
export const CHECKED_ELSEWHERE: Readonly<Record<string, string>> = {
  'P1-11 control.refused expect': 'checks/fixtures/http-client.spec.ts',
  'P1-20 control.refused expect': 'checks/fixtures/http-client.spec.ts',
  'P1-03 slow-first-event secondary': 'checks/suite/slow.spec.ts',
  'P1-07 slow-answer secondary': 'checks/suite/slow.spec.ts',
  'P1-08 slow-first-frame secondary': 'checks/suite/slow.spec.ts',
};

import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';
import { isObject } from '../unit.ts';

const IDLE = {
  websocket: { active_connections: 0, total_connections: 0, messages_processed: 0, error_rate: 0 },
  authentication: { success_rate: 0, rate_limited_requests: 0 },
  monitoring: { monitored_connections: 0, healthy_connections: 0 },
};

export default defineFault({
  id: 'control-e2e-flag',
  layer: 'control',
  origin: 'control',
  summary: '/ws/health shows idle counters; with enabled=on also a true flag with consistent variables',
  parameters: z.object({ enabled: z.enum(['on', 'off']).default('off') }),
  install: ({ wrap }, { enabled }) =>
    wrap(
      'http.finish',
      (next) => (call, reply) => {
        const finished = next(call, reply);
        if (finished.body.kind !== 'json' || !isObject(finished.body.value)) return finished;
        const value: Record<string, unknown> = { ...finished.body.value, metrics: IDLE };
        if (enabled === 'on' && isObject(value['e2e_testing'])) {
          const variables = isObject(value['e2e_testing']['variables']) ? value['e2e_testing']['variables'] : {};
          value['e2e_testing'] = {
            enabled: true,
            variables: { ...variables, E2E_TEST_ENV: 'staging' },
            auth_bypass_active: true,
          };
        }
        return { ...finished, body: { kind: 'json', value } };
      },
      (call) => call.path === '/ws/health',
    ),
});

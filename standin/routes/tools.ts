/** Tools (section 6.7). */
import { z } from 'zod';
import { CALCULATOR } from '../../contract/testability.ts';
import { calculate, OPERATIONS } from '../agent.ts';
import { isoNow } from '../clock.ts';
import { json, Problem } from '../http/reply.ts';
import { body, nothing, open, optionalRecord, personal, type Route } from '../http/route.ts';

const CATEGORY = 'utility';
const TOOL = {
  tool_name: CALCULATOR,
  category: CATEGORY,
  description: 'Basic arithmetic',
  available: true,
  permission_level: null,
  required_permissions: [],
  missing_requirements: [],
  rate_limits: null,
  usage_today: null,
  upgrade_required: null,
};

const operands = z.object({ operation: z.enum(OPERATIONS), a: z.number(), b: z.number() });
const execution = z.object({ tool_name: z.string(), arguments: optionalRecord, action: z.string().nullish() });

export const toolRoutes = (): Route[] => [
  personal('GET', '/api/tools', nothing, (call) => {
    const category = call.query.get('category');
    const tools = category === null || category === CATEGORY ? [TOOL] : [];
    return json({
      tools,
      user_plan: 'free',
      total_tools: tools.length,
      available_tools: tools.length,
      categories: [CATEGORY],
    });
  }),
  personal('POST', '/api/tools/execute', body(execution), (_call, _caller, input) => {
    const begun = performance.now();
    if (input.tool_name !== CALCULATOR) throw new Problem(404, `Tool '${input.tool_name}' not found`);
    const parsed = operands.safeParse(input.arguments ?? {});
    if (!parsed.success) throw new Problem(422, `Invalid arguments: ${parsed.error.issues[0]?.message ?? ''}`);
    const { operation, a, b } = parsed.data;
    const result = calculate(operation, a, b);
    return json({
      tool_name: CALCULATOR,
      status: 'success',
      execution_time_ms: Math.round(performance.now() - begun),
      timestamp: isoNow(),
      result,
    });
  }),
  open('public', 'GET', '/api/tools/categories', () => json([{ name: CATEGORY, count: 1 }])),
];

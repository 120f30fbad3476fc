/** Tools (section 6.7). */
import { z } from 'zod';
import { endpoints } from '../../contract/endpoints.ts';
import { CALCULATOR } from '../../contract/testability.ts';
import { calculate, OPERATIONS } from '../agent.ts';
import { isoNow } from '../clock.ts';
import { json, Problem } from '../http/reply.ts';
import { serve, serveAnyone, type Route } from '../http/route.ts';

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

export const toolRoutes = (): Route[] => [
  serve(endpoints.tools.list, (call) => {
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
  serve(endpoints.tools.execute, (_call, _caller, input) => {
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
  serveAnyone(endpoints.tools.categories, () => json([{ name: CATEGORY, count: 1 }])),
];

/** Tools. */
import { z } from 'zod';
import { count, iso, jsonObject, nonEmpty } from './primitives.ts';

export const toolsReply = z.looseObject({
  tools: z.array(
    z.looseObject({
      tool_name: nonEmpty,
      category: nonEmpty,
      description: z.string(),
      available: z.boolean(),
      permission_level: z.unknown(),
      required_permissions: z.array(z.string()),
      missing_requirements: z.array(z.string()),
      rate_limits: z.unknown(),
      usage_today: z.unknown(),
      upgrade_required: z.unknown(),
    }),
  ),
  user_plan: z.string(),
  total_tools: count,
  available_tools: count,
  categories: z.array(z.string()),
});

export const toolExecutionReply = z.looseObject({
  tool_name: nonEmpty,
  status: z.string(),
  execution_time_ms: z.number().nonnegative(),
  timestamp: iso,
  result: jsonObject,
});

export const toolCategoriesReply = z.array(z.looseObject({ name: nonEmpty, count }));

/** Body of POST /api/tools/execute. */
export const toolExecution = z.object({
  tool_name: z.string(),
  arguments: jsonObject.nullish(),
  action: z.string().nullish(),
});

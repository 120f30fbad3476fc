/** The zod schema that a value would be an example of, as a line of TypeScript. */
const NAME = /^[A-Za-z_$][\w$]*$/;
const LITERAL = /^[a-z][a-z_-]{1,30}$/;

export const shapeOf = (value: unknown): string => {
  if (value === null) return 'z.null()';
  if (typeof value === 'string') return LITERAL.test(value) ? `z.literal('${value}')` : 'z.string()';
  if (typeof value === 'number') return Number.isInteger(value) ? 'z.int()' : 'z.number()';
  if (typeof value === 'boolean') return 'z.boolean()';
  if (Array.isArray(value)) return value.length === 0 ? 'z.array(z.unknown())' : `z.array(${shapeOf(value[0])})`;
  if (typeof value !== 'object') return 'z.unknown()';
  const members = Object.entries(value).map(
    ([name, member]) => `${NAME.test(name) ? name : JSON.stringify(name)}: ${shapeOf(member)}`,
  );
  return `z.looseObject({ ${members.join(', ')} })`;
};

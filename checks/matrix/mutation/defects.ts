export const DEFECTS: Readonly<Record<string, string>> = {};

import { join } from 'node:path';
import { writeWhole } from './files.ts';
import { SCHEMA_FOLDER, SCHEMAS } from './schemas.ts';

for (const [name, content] of Object.entries(SCHEMAS)) {
  writeWhole(join(SCHEMA_FOLDER, name), [content()]);
  process.stdout.write(`${join(SCHEMA_FOLDER, name)}\n`);
}

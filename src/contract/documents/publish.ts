import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS } from './documents.ts';

const FOLDER = join(import.meta.dirname, '../../../docs');

for (const [name, content] of Object.entries(DOCUMENTS)) {
  writeFileSync(join(FOLDER, name), `${JSON.stringify(content(), null, 2)}\n`);
  process.stdout.write(`docs/${name}\n`);
}

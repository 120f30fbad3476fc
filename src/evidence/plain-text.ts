/** For terminals that can be expected to show nothing but ASCII. */
const ASCII: Readonly<Record<string, string>> = { '…': '...', '·': '|', '€': 'EUR ', '£': 'GBP ', '—': '-', '–': '-' };

export const plain = (line: string): string => line.replace(/[^\x20-\x7e\n]/gu, (character) => ASCII[character] ?? '?');

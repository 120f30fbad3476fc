/** Moves through the grid by arrow keys and opens what stands behind a cell. Without it the page reads the same. */
export const SCRIPT = `
const details = JSON.parse(document.getElementById('details').textContent);
const dialog = document.querySelector('dialog');
const rows = [...document.querySelectorAll('tr[data-case]')].map((row) => [...row.querySelectorAll('button')]);
let current = rows[0]?.[0];
if (current) current.tabIndex = 0;
const focus = (button) => {
  if (!button) return;
  current.tabIndex = -1;
  current = button;
  current.tabIndex = 0;
  current.focus();
};
const line = (list, name, value) => {
  if (!value) return;
  list.append(Object.assign(document.createElement('dt'), { textContent: name }), Object.assign(document.createElement('dd'), { textContent: value }));
};
const show = (button) => {
  const row = details[button.closest('tr').dataset.case];
  const cell = row.cells[Number(button.dataset.test)];
  dialog.querySelector('h2').textContent = cell ? row.id + ' · ' + cell.test : row.id;
  const list = dialog.querySelector('dl');
  list.replaceChildren();
  for (const [name, value] of cell ? cell.lines : row.lines) line(list, name, value);
  dialog.showModal();
};
document.addEventListener('click', (event) => {
  const button = event.target.closest('tr[data-case] button');
  if (button) { focus(button); show(button); }
  if (event.target === dialog) dialog.close();
});
document.addEventListener('keydown', (event) => {
  if (dialog.open || !event.target.closest('tr[data-case]')) return;
  const y = rows.findIndex((row) => row.includes(current));
  const x = rows[y]?.indexOf(current) ?? -1;
  const to = { ArrowUp: [y - 1, x], ArrowDown: [y + 1, x], ArrowLeft: [y, x - 1], ArrowRight: [y, x + 1], Home: [y, 0], End: [y, -1] }[event.key];
  if (!to) return;
  event.preventDefault();
  focus(rows[to[0]]?.at(event.key === 'ArrowLeft' && to[1] < 0 ? 0 : to[1]));
});
`;

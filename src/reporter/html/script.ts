/** The page's only script: a link to a test opens it, and printing opens everything. Without it the page reads the same. */
export const SCRIPT = `
const open = () => {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (row instanceof HTMLDetailsElement) { row.open = true; row.scrollIntoView({ block: 'center' }); row.querySelector('summary').focus({ preventScroll: true }); }
};
addEventListener('hashchange', open);
addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href^="#"]');
  if (link && link.getAttribute('href') === location.hash) open();
});
let closed = [];
addEventListener('beforeprint', () => { closed = [...document.querySelectorAll('details:not([open])')]; for (const each of closed) each.open = true; });
addEventListener('afterprint', () => { for (const each of closed) each.open = false; });
open();
`;

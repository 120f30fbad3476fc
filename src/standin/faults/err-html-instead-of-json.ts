import { text } from '../http/reply.ts';
import { isApiPath } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const PAGE =
  '<!DOCTYPE html><html lang="en"><head><title>Netra</title></head>' +
  '<body><div id="__next"></div><script src="/_next/static/main.js"></script></body></html>';

export default defineFault({
  id: 'err-html-instead-of-json',
  layer: 'errors',
  origin: 'history',
  summary: 'every /api/* answers 200 text/html: the page of the web app',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('http.respond', () => () => Promise.resolve(text(200, PAGE, 'text/html; charset=utf-8')), isApiPath),
});

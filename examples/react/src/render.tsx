import { renderToString } from 'react-dom/server';
import { App } from './app.js';

/** The page as the server sends it; `server` is the origin of Offhook. */
export function render(server: string): string {
  return renderToString(<App server={server} />);
}

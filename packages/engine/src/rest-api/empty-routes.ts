import type { Api } from './api-context.js';
import { notFound } from './api-error.js';
import { page } from './paging.js';

/** `Recordings`: there are none, so lists are empty and nothing is found. */
export function emptyRoutes(api: Api): void {
  const lists = [
    ['/Accounts/:account/Recordings', 'recordings'],
    ['/Accounts/:account/Calls/:call/Recordings', 'recordings'],
  ] as const;
  for (const [path, name] of lists) {
    api.get(path, (context) => page(context, name, [], () => undefined));
    api.get(`${path}/:sid`, (context) => {
      throw notFound(context.req.path);
    });
    api.delete(`${path}/:sid`, (context) => {
      throw notFound(context.req.path);
    });
  }
}

/** Twilio's pages of a list. */
import type { Context } from 'hono';
import type { ApiEnv } from './api-context.js';
import { Form } from './form.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** One page of `items` under `name`, with the links that lead to the others. */
export function page<T>(
  context: Context<ApiEnv>,
  name: string,
  items: readonly T[],
  toJson: (item: T) => unknown,
): Response {
  const url = new URL(context.req.url);
  const form = new Form(url.searchParams);
  const pageSize = form.integer('PageSize', { min: 1, max: MAX_PAGE_SIZE }) ?? DEFAULT_PAGE_SIZE;
  const index = form.integer('Page', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
  const shown = items.slice(index * pageSize, (index + 1) * pageSize);
  const uriOf = (pageIndex: number): string => {
    const query = new URLSearchParams(url.searchParams);
    query.set('PageSize', String(pageSize));
    query.set('Page', String(pageIndex));
    return `${url.pathname}?${query.toString()}`;
  };
  return context.json({
    [name]: shown.map(toJson),
    page: index,
    page_size: pageSize,
    start: index * pageSize,
    end: index * pageSize + Math.max(0, shown.length - 1),
    uri: uriOf(index),
    first_page_uri: uriOf(0),
    next_page_uri: (index + 1) * pageSize < items.length ? uriOf(index + 1) : null,
    previous_page_uri: index > 0 ? uriOf(index - 1) : null,
  });
}

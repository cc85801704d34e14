import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import App from './App.vue';

/**
 * The page as the server sends it; `server` is the origin of Offhook.
 * @param {string} server
 * @returns {Promise<string>}
 */
export function render(server) {
  return renderToString(createSSRApp(App, { server }));
}

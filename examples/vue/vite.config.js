import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  // Vue has to be told which tags are no components of its own.
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'click-to-call' } } })],
});

import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Puts the Voice SDK itself beside the pages, plain and minified, for apps that load it with a script tag. */
function copyVoiceSdk(): Plugin {
  return {
    name: 'copy-voice-sdk',
    apply: 'build',
    writeBundle({ dir = '' }) {
      const main = fileURLToPath(import.meta.resolve('@twilio/voice-sdk'));
      mkdirSync(path.join(dir, 'sdk'), { recursive: true });
      for (const file of ['twilio.js', 'twilio.min.js']) {
        copyFileSync(path.join(main, '../../dist', file), path.join(dir, 'sdk', file));
      }
    },
  };
}

/** What a page may load before anything else happens, in bytes of gzip. */
const BUDGETS = [
  // The button, with what it asks for as soon as the page is painted.
  { file: /^embed\/click-to-call\.js$/, withDynamicImports: true, bytes: 10_000 },
  // The phone before its first registration, which loads the SDK.
  { file: /^assets\/phone-[\w-]{8}\.js$/, withDynamicImports: false, bytes: 120_000 },
];

/** Fails the build when a script and all that it imports at once outgrow their budget. */
function checkSizes(): Plugin {
  return {
    name: 'check-sizes',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const { file, withDynamicImports, bytes } of BUDGETS) {
        const entry = Object.values(bundle).find(
          (part) => part.type === 'chunk' && part.isEntry && file.test(part.fileName),
        );
        if (entry?.type !== 'chunk') {
          this.error(`There is no script that matches ${file.source}.`);
          return;
        }
        const files = new Set<string>();
        const follow = (name: string): void => {
          const part = bundle[name];
          if (part?.type !== 'chunk' || files.has(name)) return;
          files.add(name);
          part.imports.forEach(follow);
        };
        follow(entry.fileName);
        if (withDynamicImports) entry.dynamicImports.forEach(follow);
        const sizes = [...files].map((name) => {
          const part = bundle[name];
          return part?.type === 'chunk' ? gzipSync(part.code, { level: 9 }).length : 0;
        });
        const total = sizes.reduce((sum, size) => sum + size, 0);
        if (total > bytes) {
          this.error(`${entry.fileName} and its imports are ${total} bytes gzipped; ${bytes} are allowed.`);
        }
        this.info(`${entry.fileName} and its imports: ${total} bytes gzipped`);
      }
    },
  };
}

const LAUNCHER = [
  'click-to-call',
  'fetch-availability',
  'handset',
  'launcher-parts',
  'launcher-styles',
  'locales/language',
  'locales/launcher-texts',
  'locales/load-texts',
  'opening-line',
  'panel-place',
  'register-element',
  'theme-tokens',
];

/** Whether a module belongs to the button as it is before anybody presses it. */
function isOfLauncher(id: string): boolean {
  return LAUNCHER.some((name) => id.endsWith(`/elements/dist/${name}.js`));
}

// oxlint-disable-next-line import/no-default-export -- vite reads the default export
export default defineConfig({
  root,
  // Relative, so that the button finds its chunks on its own server when another site embeds it.
  base: './',
  plugins: [copyVoiceSdk(), checkSizes()],
  build: {
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        index: path.join(root, 'index.html'),
        phone: path.join(root, 'phone.html'),
        'click-to-call': path.join(root, 'src/click-to-call.ts'),
      },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === 'click-to-call' ? 'embed/[name].js' : 'assets/[name]-[hash].js',
        // What a page loads before anybody presses the button must not share a file with what comes after.
        codeSplitting: {
          groups: [
            {
              name: 'loader',
              test: /server-origin\.js$|vite\/preload-helper|rolldown[\\/]runtime/,
              priority: 3,
            },
            { name: 'launcher', test: isOfLauncher, priority: 2 },
            {
              name: 'phone-parts',
              test: /[\\/]node_modules[\\/](lit|lit-html|lit-element|@lit)[\\/]/,
              priority: 1,
            },
          ],
        },
      },
    },
  },
});

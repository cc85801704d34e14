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

/** What a page may load, in bytes of gzip, before anybody is about to press the button. */
const LAUNCHER_BUDGET = 10_000;

/** Fails the build when the button's script and all that it imports at once outgrow their budget. */
function checkLauncherSize(): Plugin {
  return {
    name: 'check-launcher-size',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = new Set<string>();
      const follow = (name: string): void => {
        const file = bundle[name];
        if (file?.type !== 'chunk' || files.has(name)) return;
        files.add(name);
        file.imports.forEach(follow);
      };
      follow('embed/click-to-call.js');
      // What the script itself asks for as soon as the page is painted.
      const script = bundle['embed/click-to-call.js'];
      if (script?.type === 'chunk') script.dynamicImports.forEach(follow);
      const sizes = [...files].map((name) => {
        const file = bundle[name];
        return file?.type === 'chunk' ? gzipSync(file.code, { level: 9 }).length : 0;
      });
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total === 0 || total > LAUNCHER_BUDGET) {
        this.error(`The button's script is ${total} bytes gzipped; ${LAUNCHER_BUDGET} are allowed.`);
      }
    },
  };
}

const LAUNCHER = [
  'availability-watch',
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
  plugins: [copyVoiceSdk(), checkLauncherSize()],
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

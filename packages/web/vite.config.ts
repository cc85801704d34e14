import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';
import type { Plugin, Rolldown } from 'vite';

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
/** What the phone may load before its first registration, which loads the SDK. */
const PHONE_BUDGET = 120_000;

/** Bytes of gzip of these scripts and all that they import at once. */
function gzippedBytes(bundle: Rolldown.OutputBundle, ...names: readonly string[]): number {
  const files = new Map<string, number>();
  const follow = (name: string): void => {
    const file = bundle[name];
    if (file?.type !== 'chunk' || files.has(name)) return;
    files.set(name, gzipSync(file.code, { level: 9 }).length);
    file.imports.forEach(follow);
  };
  names.forEach(follow);
  return [...files.values()].reduce((sum, size) => sum + size, 0);
}

/**
 * Tells the button's script the name of the launcher's one file, which it loads by itself: what a build adds to such
 * an import would be another file to wait for. Fails when both, with all they import at once, outgrow their budget.
 */
function linkLauncher(): Plugin {
  return {
    name: 'link-launcher',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: path.join(root, 'src/launcher.ts'), name: 'launch' });
    },
    generateBundle(_options, bundle) {
      const script = bundle['embed/click-to-call.js'];
      const launcher = Object.values(bundle).find(
        (file) => file.type === 'chunk' && file.moduleIds.some((id) => id.endsWith('/own-server.ts')),
      );
      if (script?.type !== 'chunk' || !launcher) return this.error('The button has no launcher.');
      script.code = script.code.replaceAll('offhook:launcher', `../${launcher.fileName}`);
      // It did no more than to bring the launcher into the build.
      for (const file of Object.values(bundle)) if (file.name === 'launch') delete bundle[file.fileName];
      const total = gzippedBytes(bundle, script.fileName, launcher.fileName);
      if (total > LAUNCHER_BUDGET) {
        this.error(`The button's script is ${total} bytes gzipped; ${LAUNCHER_BUDGET} are allowed.`);
      }
    },
  };
}

/** Fails the build when the phone's script and all that it imports at once outgrow their budget. */
function checkPhoneSize(): Plugin {
  return {
    name: 'check-phone-size',
    apply: 'build',
    generateBundle(_options, bundle) {
      const phone = Object.values(bundle).find(
        (file) => file.type === 'chunk' && file.isEntry && /^assets\/phone-[\w-]{8}\.js$/.test(file.fileName),
      );
      if (!phone) return this.error('There is no phone.');
      const total = gzippedBytes(bundle, phone.fileName);
      if (total > PHONE_BUDGET) {
        this.error(`The phone's script is ${total} bytes gzipped; ${PHONE_BUDGET} are allowed.`);
      }
    },
  };
}

/** Lets the demo page embed the button as every page does. */
function embedInShop(): Plugin {
  return {
    name: 'embed-in-shop',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { filename }) =>
        filename.endsWith('/index.html')
          ? [
              {
                tag: 'script',
                attrs: { type: 'module', async: true, src: './embed/click-to-call.js' },
                injectTo: 'head',
              },
            ]
          : html,
    },
  };
}

/** Text that browsers load, once and for all, as small as it gets. */
function compress(): Plugin {
  return {
    name: 'compress',
    apply: 'build',
    closeBundle() {
      const directory = path.join(root, 'dist');
      const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      for (const name of files.filter((file) => /\.(?:js|css|html|svg)$/.test(file))) {
        const content = readFileSync(path.join(directory, name));
        writeFileSync(path.join(directory, `${name}.br`), brotliCompressSync(content));
        writeFileSync(path.join(directory, `${name}.gz`), gzipSync(content, { level: 9 }));
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
  'server-origin',
  'theme-tokens',
];

/** Whether a module belongs to the button as it is before anybody presses it. */
function isOfLauncher(id: string): boolean {
  if (/vite\/preload-helper|\/web\/src\/(?:own-server|launcher)\.ts$/.test(id)) return true;
  return LAUNCHER.some((name) => id.endsWith(`/elements/dist/${name}.js`));
}

// oxlint-disable-next-line import/no-default-export -- vite reads the default export
export default defineConfig({
  root,
  // Relative, so that the button finds its chunks on its own server when another site embeds it.
  base: './',
  plugins: [copyVoiceSdk(), linkLauncher(), checkPhoneSize(), embedInShop(), compress()],
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

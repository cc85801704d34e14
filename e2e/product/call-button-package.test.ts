/** What a developer gets beside the script tag: the description of the elements, and examples that build. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { describedElements, describeElements } from '../../scripts/document-elements.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  modules: {
    declarations: {
      tagName: string;
      events: { name: string }[];
      cssParts?: { name: string }[];
      cssProperties?: { name: string }[];
    }[];
  }[];
}

it('describes the elements as their source does (else: node scripts/document-elements.js)', async () => {
  expect(await describeElements()).toEqual(describedElements());
});

it('documents every event, part and custom property that the source has, and no other', () => {
  const { modules } = JSON.parse(describedElements().manifest) as Manifest;
  const button = modules
    .flatMap(({ declarations }) => declarations)
    .find(({ tagName }) => tagName === 'click-to-call');
  const sources = [
    'call-panel',
    'panel-view',
    'launcher-parts',
    'launcher-styles',
    'theme',
    'theme-tokens',
    'call-panel-styles',
  ]
    .map((name) => readFileSync(`${root}packages/elements/src/${name}.ts`, 'utf8'))
    .join('\n');
  const found = (pattern: RegExp): string[] =>
    [...new Set([...sources.matchAll(pattern)].flatMap(([, name]) => name ?? []))].toSorted();
  const names = (entries: readonly { name: string }[] | undefined): string[] =>
    (entries ?? []).map(({ name }) => name).toSorted();
  expect(names(button?.events)).toEqual(found(/tellPage\(this, '(offhook-[a-z]+)'/g));
  expect(names(button?.cssParts)).toEqual(found(/\bpart(?:=|: )["']([a-z]+)["']/g));
  expect(names(button?.cssProperties)).toEqual(found(/var\(\s*(--offhook-[a-z-]+)/g));
});

it.each(['react', 'vue'])('builds the %s example and renders it on a server', async (name) => {
  execFileSync('npm', ['run', '--silent', 'build', '-w', `@offhook/example-${name}`], {
    cwd: root,
    stdio: 'pipe',
  });
  const { render } = (await import(pathToFileURL(`${root}examples/${name}/dist/server/render.js`).href)) as {
    render: (server: string) => string | Promise<string>;
  };
  expect(await render('https://calls.example.com')).toMatch(
    /<click-to-call destination="support" server="https:\/\/calls\.example\.com">\s*Call the workshop\s*<\/click-to-call>/,
  );
});

it('imports every entry of the package where there is no browser', () => {
  const entries = ['', '/click-to-call', '/browser-phone'].map(
    (entry) => `await import('@offhook/elements${entry}');`,
  );
  const program = `${entries.join('\n')}\nconsole.log('imported');`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(output.trim()).toBe('imported');
});

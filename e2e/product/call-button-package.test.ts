/** What a developer gets beside the script tag: the description of the elements, and examples that build. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedElements, describeElements } from '../../scripts/document-elements.js';
import { openPage, TONES } from '../support/browser.js';
import { button, ButtonPages } from '../support/button-pages.js';
import { expectSpoken, press } from '../support/call-button.js';

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
  const element = modules
    .flatMap(({ declarations }) => declarations)
    .find(({ tagName }) => tagName === 'click-to-call');
  const sources = [
    'click-to-call',
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
  expect(names(element?.events)).toEqual(found(/tellPage\(this, '(offhook-[a-z]+)'/g));
  expect(names(element?.cssParts)).toEqual(found(/\bpart(?:=|: )["']([a-z]+)["']/g));
  expect(names(element?.cssProperties)).toEqual(found(/var\(\s*(--offhook-[a-z-]+)/g));
});

describe('the examples', () => {
  let pages: ButtonPages;
  beforeAll(async () => {
    pages = await ButtonPages.start();
  });
  afterAll(() => pages.close());

  /** As a server of the example's own would: the page with its markup in it, and the files it asks for. */
  async function serveExample(page: Page, { directory, render }: Example): Promise<void> {
    const { calls, shop, site } = pages.network;
    const template = readFileSync(`${directory}/index.html`, 'utf8');
    const document = template
      .replace('http://localhost:8080', calls)
      .replace('<!--app-->', await render(calls));
    site.page = { body: '', document };
    await page.route(`${shop}/assets/**`, (route) =>
      route.fulfill({ path: directory + new URL(route.request().url()).pathname }),
    );
  }

  it.each(['react', 'vue'])('build for %s, are rendered on a server, and call', async (name) => {
    const { calls, shop } = pages.network;
    const example = await build(name);
    const markup = await example.render('https://calls.example.com');
    expect(markup).toMatch(
      /<click-to-call destination="support" server="https:\/\/calls\.example\.com">\s*Call the workshop\s*<\/click-to-call>/,
    );
    const phone = await openPage(pages.context, TONES.alice);
    await phone.goto(`${calls}/phone?identity=alice`);
    await phone.getByRole('status').filter({ hasText: 'Ready' }).first().waitFor();

    const page = await openPage(pages.context, TONES.visitor);
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await serveExample(page, example);
    await page.goto(shop);
    const call = button(page);
    await press(call, 'Call the workshop').click();
    await phone.getByRole('button', { name: 'Answer', exact: true }).click();
    await expectSpoken(call, 'status', /In call/);
    await press(call, 'End').click();
    // The page was told: by the framework, into its own list.
    await page.getByRole('listitem').filter({ hasText: 'completed' }).waitFor();
    expect(problems).toEqual([]);
    await phone.close();
  });
});

/** An example as its build leaves it. */
interface Example {
  directory: string;
  render: (server: string) => string | Promise<string>;
}

async function build(name: string): Promise<Example> {
  execFileSync('npm', ['run', '--silent', 'build', '-w', `@offhook/example-${name}`], {
    cwd: root,
    stdio: 'pipe',
  });
  const directory = `${root}examples/${name}/dist`;
  const built = (await import(pathToFileURL(`${directory}/server/render.js`).href)) as Pick<
    Example,
    'render'
  >;
  return { directory, render: built.render };
}

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

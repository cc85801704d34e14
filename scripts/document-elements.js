/**
 * Describes the call button's elements from their source: `custom-elements.json` (the custom elements manifest, for
 * editors and frameworks) and `docs/elements.md` (the same for people). Run it after a change; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { argv } from 'node:process';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifestFile = `${root}packages/elements/custom-elements.json`;
const pageFile = `${root}docs/elements.md`;

/**
 * What both files have to say, as text.
 * @returns {Promise<{ manifest: string; page: string }>}
 */
export async function describeElements() {
  const globs = ['src/click-to-call.ts', 'src/connection-test.ts'];
  const manifest = await cli({
    argv: ['analyze', '--quiet', ...globs.flatMap((glob) => ['--globs', glob])],
    cwd: `${root}packages/elements`,
    noWrite: true,
  });
  for (const module of manifest.modules) {
    module.path = module.path.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');
    for (const declaration of module.declarations) {
      declaration.members = declaration.members?.filter(isPublic);
      declaration.attributes = declaration.attributes?.filter(({ description }) => description);
    }
    module.declarations = module.declarations.filter(({ tagName }) => tagName);
    module.exports = module.exports.filter(({ kind }) => kind === 'custom-element-definition');
  }
  manifest.modules = manifest.modules.filter(({ declarations }) => declarations.length > 0);
  return { manifest: `${JSON.stringify(manifest, null, 2)}\n`, page: pageOf(manifest) };
}

/** Methods and properties that belong to the page, not to the browser or to the element itself. */
function isPublic({ name, description, privacy, static: isStatic }) {
  return !isStatic && privacy !== 'private' && !name.startsWith('#') && Boolean(description);
}

function pageOf({ modules }) {
  const elements = modules.flatMap(({ declarations }) => declarations);
  return [
    '# Elements',
    'Made from the source by `node scripts/document-elements.js`. The same as data is in `custom-elements.json` of\n`@offhook/elements`.',
    ...elements.flatMap(sectionsOf),
    '',
  ].join('\n\n');
}

function sectionsOf(element) {
  const {
    attributes = [],
    members = [],
    events = [],
    slots = [],
    cssParts = [],
    cssProperties = [],
  } = element;
  const properties = members.filter(({ kind }) => kind === 'field');
  const methods = members.filter(({ kind }) => kind === 'method');
  return [
    `## \`<${element.tagName}>\``,
    element.description,
    ...table('Attribute', attributes, ({ name, type }) => [name, type?.text]),
    ...table('Property', properties, ({ name, type }) => [name, type?.text]),
    ...table('Method', methods, ({ name, parameters = [] }) => [
      `${name}(${parameters.map((parameter) => parameter.name).join(', ')})`,
    ]),
    ...table('Event', events, ({ name, type }) => [name, type?.text]),
    ...table('Slot', slots, ({ name }) => [name === '' ? '(default)' : name]),
    ...table('Part', cssParts, ({ name }) => [name]),
    ...table('Custom property', cssProperties, ({ name }) => [name]),
  ];
}

function table(title, entries, cellsOf) {
  if (entries.length === 0) return [];
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  const rows = entries.map((entry) => {
    const [name, type] = cellsOf(entry);
    const kind = type === undefined ? '' : ` \`${cell(type)}\``;
    return `| \`${cell(name)}\`${kind} | ${cell(entry.description ?? '')} |`;
  });
  return [[`| ${title} | |`, '|---|---|', ...rows].join('\n')];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { manifest, page } = await describeElements();
  writeFileSync(manifestFile, manifest);
  writeFileSync(pageFile, page);
}

/**
 * What the repository has of both.
 * @returns {{ manifest: string; page: string }}
 */
export function describedElements() {
  return { manifest: readFileSync(manifestFile, 'utf8'), page: readFileSync(pageFile, 'utf8') };
}

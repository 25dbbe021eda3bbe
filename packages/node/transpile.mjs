// Makes the folder `component` out of the component: JavaScript, core modules, and typings that have the
// interface's documentation.
//
// usage: node transpile.mjs gatepost.wasm registrar.wit
import { readFile } from 'node:fs/promises';

import { transpile, writeFiles } from '@bytecodealliance/jco-transpile';
import { $init, generateTypes } from '@bytecodealliance/jco-transpile/component';

const [component, wit] = process.argv.slice(2);
const { files, imports } = await transpile(component, {
  name: 'gatepost',
  outDir: 'component',
  // An instance that failed is replaced.
  instantiation: 'sync',
  nodejsCompat: false,
  wasiShim: false,
  noComponentErrorWrapping: false,
  // A value of another type is an error.
  strict: true,
});
if (imports.length > 0) throw new Error(`the component imports ${imports}`);
await $init;
// What is made of a component has no documentation.
const typings = generateTypes('gatepost', {
  wit: { tag: 'source', val: await readFile(wit, 'utf8') },
  world: 'plugin',
  instantiation: { tag: 'sync' },
  features: { tag: 'list', val: [] },
  guest: false,
  tlaCompat: false,
  flagsAsBigint: false,
  variantsInlineCases: false,
  useNamespaceObjects: false,
  enumValuesScreamingSnakeCase: false,
});
await writeFiles({ ...files, ...Object.fromEntries(typings.map(([name, typing]) => [`component/${name}`, typing])) });

// Bundles our sources and what they import into vizavi/ui/static/dist. Run by hatch_build.py.
import * as esbuild from 'esbuild';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';

const out = '../vizavi/ui/static/dist';
await rm(out, { recursive: true, force: true });

// Every file at the top of src/ whose name has no leading underscore is a bundle of its own; folders hold their parts.
const names = (await readdir('src')).filter((name) => /^[a-z][\w-]*\.(js|css)$/.test(name));
const result = await esbuild.build({
  entryPoints: names.map((name) => ({ in: `src/${name}`, out: name.replace(/\.\w+$/, '') })),
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'linked',
  // The server's static storage adds its own hash to what the CSS names.
  assetNames: '[name]',
  chunkNames: 'chunk-[hash]',
  loader: { '.woff2': 'file', '.svg': 'file' },
  metafile: true,
});

// For the accessibility tests; no page refers to it.
await mkdir(`${out}/test`, { recursive: true });
await copyFile('node_modules/axe-core/axe.min.js', `${out}/test/axe.min.js`);

for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
  console.log(`${file.split('/').pop()} ${bytes}`);
}

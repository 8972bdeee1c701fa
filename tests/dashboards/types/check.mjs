// Whether every dashboard is of the types that Grafana publishes: the whole as a Dashboard, each panel's options as those of its
// kind. Needs @grafana/schema and typescript in target/tools/node_modules, which ./tests/run installs. Prints what tsc says.
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const TOOLS = join(ROOT, 'target/tools');
const DASHBOARDS = join(ROOT, 'grafana/dashboards');
const ts = createRequire(join(TOOLS, 'package.json'))('typescript');

// Panel kind → the name of its file and folder in the schema. Kinds without published types are listed, so that none is forgotten.
const TYPED = { stat: 'Stat', table: 'Table', timeseries: 'TimeSeries', bargauge: 'BarGauge', piechart: 'PieChart', text: 'Text' };
const UNTYPED = ['row', 'alertGroups', 'alertlist'];
// JSON has words where TypeScript has enums.
const JSON_OF = 'type J<T> = T extends string ? T | `${T}` : T extends (infer U)[] ? J<U>[] : T extends object ? { [K in keyof T]: J<T[K]> } : T;\n';

/// One module for each dashboard.
function moduleOf(board) {
  const used = new Set(board.panels.map((panel) => panel.type));
  const unknown = [...used].filter((kind) => !(kind in TYPED) && !UNTYPED.includes(kind));
  if (unknown.length) throw new Error(`no types are named for the kinds ${unknown}`);
  const kinds = [...used].filter((kind) => kind in TYPED);
  const imports = kinds.map((kind) =>
    `import type { Options as ${TYPED[kind]} } from '@grafana/schema/dist/esm/raw/composable/${kind}/panelcfg/x/${TYPED[kind]}PanelCfg_types.gen';\n`);
  const options = board.panels.filter((panel) => panel.type in TYPED).map((panel) =>
    `export const panel${panel.id}: Partial<J<${TYPED[panel.type]}>> = ${JSON.stringify(panel.options, null, 1)};\n`);
  return `import type { Dashboard } from '@grafana/schema';\n${imports.join('')}${JSON_OF}` +
    `export const board: J<Dashboard> = ${JSON.stringify(board, null, 1)};\n${options.join('')}`;
}

/// What the compiler says of modules in a folder beside node_modules.
function compiled(modules) {
  const folder = join(TOOLS, 'dashboards');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(modules).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  return ts.getPreEmitDiagnostics(ts.createProgram(files, options)).map((fault) => {
    const at = fault.file && fault.file.getLineAndCharacterOfPosition(fault.start);
    const where = fault.file ? `${fault.file.fileName.split('/').pop()}:${at.line + 1}` : '';
    return `${where} ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`;
  });
}

/// Seeded mistakes, each of which the compiler must tell: [name, change of a dashboard].
const MUTANTS = [
  ['a colour mode is misspelt', (board) => { board.panels.find((panel) => panel.type === 'stat').options.colorMode = 'bakground'; }],
  ['an option is misspelt', (board) => { board.panels.find((panel) => panel.type === 'stat').options.grafMode = 'none'; }],
  ['a refresh is a number', (board) => { board.refresh = 10; }],
];

const boards = Object.fromEntries(readdirSync(DASHBOARDS).filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(join(DASHBOARDS, name), 'utf8'))]));
const modules = Object.fromEntries(Object.entries(boards).map(([name, board]) => [name.replace('.json', '.ts'), moduleOf(board)]));
MUTANTS.forEach(([, change], n) => {
  const board = structuredClone(boards['wall.json']);
  change(board);
  modules[`mutant${n}.ts`] = moduleOf(board);
});
const told = compiled(modules);
const faults = told.filter((line) => !line.startsWith('mutant'));
const missed = MUTANTS.filter((_, n) => !told.some((line) => line.startsWith(`mutant${n}.ts`))).map(([name]) => `not caught: ${name}`);
[...faults, ...missed].forEach((line) => console.log(line));
console.log(`${Object.keys(boards).length} dashboards, ${MUTANTS.length} mutants: ${faults.length} faults, ${missed.length} not caught`);
process.exit(faults.length || missed.length || !Object.keys(boards).length ? 1 : 0);

// Draws a dashboard by Grafana's component library, at 1920×1080 as in kiosk mode: the grid, and the kinds of panels that the wall has.
// It is not the Grafana server: how panels are laid, asked and reduced is written here again after what Grafana does.
import { createElement, useEffect, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import {
  FieldConfigOptionsRegistry, FieldType, ThemeContext, VizOrientation, applyFieldOverrides, createTheme, displayNameOverrideProcessor,
  getFieldDisplayValues, getDisplayValueAlignmentFactors, identityOverrideProcessor, renderTextPanelMarkdown, standardEditorsRegistry,
  standardFieldConfigEditorRegistry, thresholdsOverrideProcessor, toDataFrame, valueMappingsOverrideProcessor, type DataFrame, type FieldDisplay,
} from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, VizRepeater } from '@grafana/ui';

const CELL_PX = 30, GAP_PX = 8, PADDING_PX = 8, COLUMNS = 24;
const theme = createTheme({ colors: { mode: 'dark' } });

// The properties of fields that our dashboards set, under the names by which overrides call them.
const property = (id: string, process: any = identityOverrideProcessor) =>
  ({ id, path: id, name: id, editor: () => null, override: () => null, process, shouldApply: () => true, settings: {} }) as any;
const properties = () => [
  property('displayName', displayNameOverrideProcessor), property('unit'), property('decimals'), property('min'), property('max'),
  property('noValue'), property('color'), property('thresholds', thresholdsOverrideProcessor), property('mappings', valueMappingsOverrideProcessor),
];
standardEditorsRegistry.setInit(() => []);
standardFieldConfigEditorRegistry.setInit(properties);
const registry = new FieldConfigOptionsRegistry(properties);

async function get(path: string): Promise<any> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return answer.json();
}

/** The frames of a panel: a series is a frame whose field is called by the legend. */
async function frames(panel: any): Promise<DataFrame[]> {
  const now = Date.now() / 1000;
  const asked = (panel.targets ?? []).map(async (target: any) => {
    const query = encodeURIComponent(target.expr);
    const path = target.instant ? `query?query=${query}` : `query_range?query=${query}&start=${now - 600}&end=${now}&step=10`;
    const { data } = await get(`/prometheus/api/v1/${path}`);
    return data.result.map((series: any) => {
      const samples = series.values ?? [series.value];
      const name = target.legendFormat === '__auto' ? JSON.stringify(series.metric)
        : target.legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_: string, label: string) => series.metric[label] ?? '');
      return toDataFrame({
        refId: target.refId,
        fields: [
          { name: 'Time', type: FieldType.time, values: samples.map(([at]: [number]) => at * 1000) },
          { name: 'Value', type: FieldType.number, labels: series.metric, values: samples.map(([, value]: [number, string]) => Number(value)),
            config: { displayNameFromDS: name } },
        ],
      });
    });
  });
  const data = (await Promise.all(asked)).flat();
  return applyFieldOverrides({ data, fieldConfig: panel.fieldConfig, replaceVariables: (text: string) => text, theme, fieldConfigRegistry: registry, timeZone: 'Asia/Shanghai' });
}

function values(panel: any, data: DataFrame[]): FieldDisplay[] {
  const found = getFieldDisplayValues({
    data, theme, fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, replaceVariables: (text: string) => text,
    sparkline: panel.options.graphMode === 'area', timeZone: 'Asia/Shanghai',
  });
  return found;
}

function Repeated({ panel, data, width, height, draw }: any) {
  const orientation = panel.options.orientation === 'auto' ? (width > height ? VizOrientation.Vertical : VizOrientation.Horizontal) : panel.options.orientation;
  return (
    <VizRepeater width={width} height={height} source={data} renderCounter={1} orientation={orientation} itemSpacing={panel.type === 'stat' ? 3 : 8}
      getValues={() => values(panel, data)} renderValue={draw} minVizHeight={panel.options.minVizHeight} minVizWidth={panel.options.minVizWidth}
      getAlignmentFactors={(all: FieldDisplay[]) => getDisplayValueAlignmentFactors(all)} />
  );
}

const Stat = (props: any) => (
  <Repeated {...props} draw={({ value, width, height, alignmentFactors, count }: any) => {
    const { options } = props.panel;
    return (
      <BigValue value={value.display} sparkline={value.sparkline} width={width} height={height} theme={theme} text={options.text} count={count}
        colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode}
        wideLayout={options.wideLayout} alignmentFactors={alignmentFactors} />
    );
  }} />
);

const Bars = (props: any) => (
  <Repeated {...props} draw={({ value, width, height, alignmentFactors, orientation }: any) => {
    const { options } = props.panel;
    return (
      <BarGauge value={value.display} field={value.field} width={width} height={height} theme={theme} text={options.text} orientation={orientation}
        displayMode={options.displayMode} valueDisplayMode={options.valueMode} namePlacement={options.namePlacement} showUnfilled={options.showUnfilled}
        alignmentFactors={alignmentFactors} display={value.view?.getFieldDisplayProcessor(value.colIndex)} />
    );
  }} />
);

const Text = ({ panel }: any) => (
  <div className="markdown-html" style={{ padding: '4px 8px' }} dangerouslySetInnerHTML={{ __html: renderTextPanelMarkdown(panel.options.content) }} />
);

function Panel({ panel, width, height }: any) {
  const [data, set] = useState<DataFrame[] | null>(null);
  useEffect(() => { frames(panel).then(set); }, []);
  const inner = { panel, data, width: width - 16, height: height - 16 };
  const drawn: Record<string, () => ReactNode> = {
    stat: () => data && <Stat {...inner} />, bargauge: () => data && <Bars {...inner} />, text: () => <Text panel={panel} />,
  };
  const kind = drawn[panel.type];
  if (!kind) throw new Error(`no drawing for panels of the kind ${panel.type}`);
  return <>{kind()}</>;
}

function Board({ board }: any) {
  const cell = (window.innerWidth - 2 * PADDING_PX + GAP_PX) / COLUMNS;
  return board.panels.map((panel: any) => {
    const { x, y, w, h } = panel.gridPos;
    const width = w * cell - GAP_PX, height = h * (CELL_PX + GAP_PX) - GAP_PX;
    const frame = panel.transparent ? {} : { background: theme.components.panel.background, border: `1px solid ${theme.components.panel.borderColor}`, borderRadius: 4 };
    return (
      <section key={panel.id} style={{ position: 'absolute', boxSizing: 'border-box', overflow: 'hidden', left: PADDING_PX + x * cell, top: PADDING_PX + y * (CELL_PX + GAP_PX), width, height, padding: 8, ...frame }}>
        <Panel panel={panel} width={width} height={height} />
      </section>
    );
  });
}

get('/dashboard.json').then((board) => createRoot(document.getElementById('root')!).render(
  createElement(ThemeContext.Provider, { value: theme }, <><GlobalStyles /><Board board={board} /></>)));

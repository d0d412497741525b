// The picture of a study: the plane with winner, plateau, fallback and served levels, and the curves out of sample beside it. Loaded when one is asked for.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { badInput } from '#domain/fault.ts';
import type { Plane, Rivals, StudyResult, StudySpec } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';
import type { EquityCurve } from './plot-curves.ts';
import { plotOption } from './plot-option.ts';

/** A file that can hold a picture, and its kind. */
export interface PictureFile {
  readonly file: string;
  readonly kind: 'svg' | 'png' | 'html';
}

/** What is drawn. */
export interface Drawn {
  readonly spec: StudySpec;
  readonly result: StudyResult;
  readonly rivals: Rivals;
  readonly plane: Plane;
  /** Of `tpe` and `random`, which judge no whole plane; none of the others. */
  readonly trials: readonly Pick<Trial, 'search' | 'point' | 'objective'>[];
  readonly curves: readonly EquityCurve[];
}

const WIDTH = 1_400;
const HEIGHT = 640;

/** The kind of picture that the name of `file` asks for; throws BAD_USER_INPUT naming the flag for any other name. */
export function requirePictureFile(file: string): PictureFile {
  const kind = /\.(svg|png|html)$/i.exec(file)?.[1]?.toLowerCase();
  if (kind === 'svg' || kind === 'png' || kind === 'html') return { file, kind };
  throw badInput('--plot', `${JSON.stringify(file)} names no kind of picture`, 'a file ending in .svg, .png or .html');
}

/** The content of the picture's file. A page stands alone: it holds the library and needs no network. */
export async function drawStudy(drawn: Drawn, { kind }: PictureFile): Promise<string | Uint8Array> {
  if (kind === 'html') return page(drawn);
  const svg = await svgOf(drawn);
  return kind === 'svg' ? svg : pngOf(svg);
}

async function svgOf(drawn: Drawn): Promise<string> {
  const [{ init, use }, { HeatmapChart, LineChart, ScatterChart }, parts, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  const { GridComponent, LegendComponent, TitleComponent, VisualMapComponent } = parts;
  use([HeatmapChart, LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent]);
  use([VisualMapComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(plotOption(drawn));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

const { resolve } = createRequire(import.meta.url);

async function pngOf(svg: string): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  const [wasm, font, bold] = await Promise.all([
    readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')),
    readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  ]);
  await initWasm(wasm);
  const font_ = { fontBuffers: [font, bold], defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' };
  return new Resvg(svg, { font: font_, fitTo: { mode: 'zoom', value: 2 }, background: '#ffffff' }).render().asPng();
}

async function page(drawn: Drawn): Promise<string> {
  const library = await readFile(resolve('echarts/dist/echarts.min.js'), 'utf8');
  const option = JSON.stringify({ ...plotOption(drawn), tooltip: {} }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${drawn.spec.pair} ${drawn.spec.timeframe}</title>
<style>html,body{margin:0;height:100%;font-family:sans-serif}#plot{height:100vh;min-height:520px;min-width:1000px}</style></head>
<body><div id="plot"></div><script>${library}</script>
<script>const chart=echarts.init(document.getElementById('plot'));chart.setOption(${option});addEventListener('resize',()=>chart.resize());</script>
</body></html>
`;
}

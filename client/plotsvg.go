package client

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// The picture in a file, in pixels.
const (
	svgWidth  = 800
	svgPanel  = 220 // height of a panel, with the room above it
	svgLeft   = 90  // room for labels
	svgRight  = 20
	svgTop    = 28 // room above a panel, for its title
	svgLine   = 18 // height of a line of text
	svgSteps  = 1000
	svgTicksX = 6
)

// svgColors are the colors of series, in turn: those of Okabe and Ito, which everybody can tell apart.
var svgColors = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8a8a8a"}

// svg collects a picture.
type svg struct {
	b      strings.Builder
	height int
}

func (s *svg) text(x, y float64, anchor, said string) {
	fmt.Fprintf(&s.b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, html.EscapeString(said))
}

func (s *svg) line(x1, y1, x2, y2 float64, color string) {
	fmt.Fprintf(&s.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`+"\n", x1, y1, x2, y2, color)
}

// writeSVG writes the picture of all that is known, from the first sample on.
func (p *plot) writeSVG(w io.Writer) error {
	s := new(svg)
	t := span{p.first, p.last}
	if !p.last.After(p.first) {
		t.to = p.first.Add(p.every)
	}
	panels := p.panels()
	for i, of := range panels {
		p.svgPanel(s, of, t, i == len(panels)-1)
	}
	if len(panels) > 0 {
		s.height += svgLine + 10 // the labels of time
		p.svgLegend(s)
	}
	for _, h := range p.hists {
		for _, line := range append([]string{text.Cut(h.name, nameWidth)}, strings.Split(strings.TrimSuffix(h.text, "\n"), "\n")...) {
			s.height += svgLine
			fmt.Fprintf(&s.b, `<text x="10" y="%d" xml:space="preserve" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace">%s</text>`+"\n", s.height, html.EscapeString(line))
		}
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="system-ui,sans-serif" font-size="12" fill="#333">
<rect width="100%%" height="100%%" fill="#fff"/>
%s</svg>
`, svgWidth, s.height+10, s.b.String())
	return err
}

func (p *plot) svgPanel(s *svg, of panel, t span, last bool) {
	low, high := math.Inf(1), math.Inf(-1)
	data := make([][]float64, len(of.series))
	for i, j := range of.series {
		data[i] = p.series[j].columns(t, svgSteps)
		for _, x := range data[i] {
			if !math.IsNaN(x) {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	a := newAxis(of.unit, low, high, 5)
	top, bottom := float64(s.height+svgTop), float64(s.height+svgPanel-8)
	s.height += svgPanel
	x := func(part float64) float64 { return svgLeft + part*(svgWidth-svgLeft-svgRight) }
	y := func(v float64) float64 { return bottom - (v-a.low)/(a.high-a.low)*(bottom-top) }
	s.text(svgLeft, top-10, "start", of.unit.title(p.rate))
	for i := range a.ticks + 1 {
		at := y(a.low + float64(i)*a.step)
		s.line(svgLeft, at, svgWidth-svgRight, at, "#ddd")
		s.text(svgLeft-8, at+4, "end", a.label(i))
	}
	for i := 0; last && i <= svgTicksX; i++ {
		part := float64(i) / svgTicksX
		s.line(x(part), bottom, x(part), bottom+4, "#333")
		at := t.from.Add(time.Duration(part * float64(t.to.Sub(t.from))))
		anchor := "middle"
		if i == svgTicksX {
			anchor = "end"
		}
		s.text(x(part), bottom+18, anchor, at.Format("15:04:05"))
	}
	for i, j := range of.series {
		color := svgColors[j%len(svgColors)]
		for from := 0; from <= svgSteps; from++ {
			if math.IsNaN(data[i][from]) {
				continue
			}
			to := from
			var points []string
			for ; to <= svgSteps && !math.IsNaN(data[i][to]); to++ {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(float64(to)/svgSteps), y(data[i][to])))
			}
			if len(points) == 1 {
				at, high, _ := strings.Cut(points[0], ",")
				fmt.Fprintf(&s.b, `<circle cx="%s" cy="%s" r="1.5" fill="%s"/>`+"\n", at, high, color)
			} else {
				fmt.Fprintf(&s.b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`+"\n", color, strings.Join(points, " "))
			}
			from = to
		}
	}
}

// svgLegend writes the table of the summary.
func (p *plot) svgLegend(s *svg) {
	columns := []float64{svgWidth - 360, svgWidth - 250, svgWidth - 140, svgWidth - svgRight}
	s.height += svgLine
	for i, title := range []string{"min", "mean", "max", "last"} {
		s.text(columns[i], float64(s.height), "end", title)
	}
	for i, one := range p.series {
		if one.hist {
			continue
		}
		s.height += svgLine
		fmt.Fprintf(&s.b, `<rect x="10" y="%d" width="10" height="10" fill="%s"/>`+"\n", s.height-9, svgColors[i%len(svgColors)])
		s.text(26, float64(s.height), "start", text.Cut(one.name, nameWidth))
		for c, cell := range one.figures() {
			s.text(columns[c], float64(s.height), "end", cell)
		}
	}
}

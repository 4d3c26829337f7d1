package client

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/guptarohit/asciigraph"

	"github.com/sightglass-go/sightglass/internal/text"
)

// maxPoints bounds the samples that are kept of a series. Once there are that many, each two become
// one, so that a watch of a week has a picture too.
const maxPoints = 4096

// plot is what a watch has found.
type plot struct {
	every       time.Duration // from one sample to the next, as was asked for
	slowed      time.Duration // in place of every; 0 if it is not
	rate        bool
	samples     int
	first, last time.Time
	series      []*series
	hists       []histogram // of the last sample that had them
	left        int         // how many numbers of the last sample have no series
}

// series is one line of a plot. Its points are in the order of time; NaN is a gap.
type series struct {
	name           string
	unit           unit
	hist           bool // it tells of a list, of which the histogram is shown instead
	points         []point
	n              int
	sum, low, high float64
	last           float64
}

type point struct {
	at time.Time
	x  float64
}

func newPlot() *plot { return &plot{every: time.Second} }

// add adds a sample.
func (p *plot) add(r row) {
	if p.samples++; p.samples == 1 {
		p.first = r.at
	}
	p.last = r.at
	if len(r.hists) > 0 {
		p.hists = r.hists
	}
	known := map[string]*series{}
	for _, s := range p.series {
		known[s.name] = s
	}
	p.left = r.more
	for _, one := range r.readings {
		s := known[one.name]
		if s == nil {
			if len(p.series) == maxSeries {
				p.left++
				continue
			}
			s = &series{name: one.name, unit: one.unit, hist: one.hist, low: math.Inf(1), high: math.Inf(-1), last: math.NaN()}
			p.series = append(p.series, s)
		}
		delete(known, one.name)
		if s.unit != one.unit { // such as nil at first
			if s.n > 0 && !math.IsNaN(one.value) {
				p.left++
				continue
			}
			s.unit = one.unit
		}
		s.add(point{r.at, one.value})
	}
	for _, s := range known {
		s.add(point{r.at, math.NaN()})
	}
}

// leftOut tells that numbers have no series.
func leftOut(n int) string {
	return text.Thousands(n) + " more not shown, as a watch has " + strconv.Itoa(maxSeries) + " series"
}

// gap says that there is nothing to know about this moment.
func (p *plot) gap(at time.Time) {
	for _, s := range p.series {
		s.add(point{at, math.NaN()})
	}
}

func (s *series) add(at point) {
	if math.Abs(at.x) > mostValue || math.IsInf(at.x, 0) {
		at.x = math.NaN()
	}
	if len(s.points) == maxPoints {
		s.halve()
	}
	s.points = append(s.points, at)
	s.last = at.x
	if math.IsNaN(at.x) {
		return
	}
	s.n++
	s.sum += at.x
	s.low, s.high = min(s.low, at.x), max(s.high, at.x)
}

// halve makes one of each two points, the one that differs more from what stands before. A gap stays.
func (s *series) halve() {
	half := s.points[:0]
	before := math.NaN()
	for i := 0; i+1 < len(s.points); i += 2 {
		kept := farther(before, s.points[i], s.points[i+1])
		half = append(half, kept)
		before = kept.x
	}
	s.points = half
}

// farther returns the point of the two that is farther from before.
func farther(before float64, a, b point) point {
	if math.IsNaN(a.x) || !math.IsNaN(b.x) && math.Abs(a.x-before) >= math.Abs(b.x-before) {
		return a
	}
	return b
}

// span is the part of time that a plot shows.
type span struct{ from, to time.Time }

func (t span) at(of time.Time) float64 {
	return of.Sub(t.from).Seconds() / max(t.to.Sub(t.from).Seconds(), 1e-9)
}

// spanOf returns the last window of the samples, or without one what n columns have room for.
func (p *plot) spanOf(window time.Duration, n int) span {
	if window <= 0 {
		window = time.Duration(max(n, 1)) * max(p.every, p.slowed)
	}
	from := p.first
	if late := p.last.Add(-window); late.After(from) {
		from = late
	}
	return span{from, from.Add(window)}
}

// columns returns the value at each of n+1 columns. Between two samples the line is straight.
func (s *series) columns(t span, n int) []float64 {
	all := make([]float64, n+1)
	for i := range all {
		all[i] = math.NaN()
	}
	lastColumn, last := 0, math.NaN()
	filled := -1
	for _, at := range s.points {
		where := math.Round(t.at(at.at) * float64(n))
		if where > float64(n) {
			break
		}
		column := int(max(where, -1e6))
		switch {
		case column < 0:
		case column == filled:
			all[column] = farther(last, point{x: all[column]}, at).x
		default:
			all[column] = at.x
			for c := max(lastColumn+1, 0); c < column; c++ {
				all[c] = last + (at.x-last)*float64(c-lastColumn)/float64(column-lastColumn)
			}
			filled = column
		}
		lastColumn, last = column, at.x
		if column >= 0 {
			last = all[column]
		}
	}
	return all
}

// panel is the series that share an axis.
type panel struct {
	unit   unit
	series []int // of plot.series
}

// panels returns the series by unit, in the order of the first of each.
func (p *plot) panels() (all []panel) {
next:
	for i, s := range p.series {
		if s.hist {
			continue
		}
		for j := range all {
			if all[j].unit == s.unit {
				all[j].series = append(all[j].series, i)
				continue next
			}
		}
		all = append(all, panel{s.unit, []int{i}})
	}
	return all
}

// hues are the colors of series on a terminal, in turn. Where there are none, marks tell them apart.
var (
	hues  = []asciigraph.AnsiColor{asciigraph.Cyan, asciigraph.Yellow, asciigraph.Magenta, asciigraph.Green, asciigraph.Red, asciigraph.Blue}
	marks = []string{"─", "•", "x", "+", "o", "*", "#", "="}
)

const (
	leastPanel = 4 // lines of a panel without its time
	timeRoom   = 4 // columns behind the last tick, for half of its label
	labelSpace = 3 // columns that asciigraph puts beside labels
)

// draw returns the picture, in at most that many lines, none of which is longer than columns.
func (p *plot) draw(columns, rows int, window time.Duration, color bool, status string) []string {
	var lines []string
	for i, h := range p.hists {
		if i > 0 || len(p.hists) > 1 {
			lines = append(lines, h.name)
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(h.text, "\n"), "\n")...)
	}
	panels := p.panels()
	var below []string
	if len(panels) > 0 {
		below = p.drawnLegend(color)
	}
	room := rows - len(lines) - len(below) - 1
	if fit := (room - 2) / leastPanel; fit < len(panels) {
		if fit <= 0 {
			panels, room = nil, 0
		} else {
			panels = panels[:fit]
			status += "; the terminal has no room for all axes"
		}
	}
	lines = append(lines, p.drawPanels(panels, columns, room-2, window, color)...)
	lines = append(lines, below...)
	lines = append(lines[:min(len(lines), max(rows-1, 0))], status)
	for i, line := range lines {
		lines[i] = cutColored(line, columns)
	}
	return lines
}

// drawPanels draws panels above each other, in that many lines and two for the time.
func (p *plot) drawPanels(panels []panel, columns, rows int, window time.Duration, color bool) (lines []string) {
	if len(panels) == 0 {
		return nil
	}
	each := rows/len(panels) - 1 // one for the title
	axes := make([]axis, len(panels))
	data := make([][][]float64, len(panels))
	wide := 0
	// The width of labels depends on the values in the columns, whose number depends on that width.
	for range 2 {
		n := max(columns-wide-labelSpace-timeRoom-1, 1)
		t := p.spanOf(window, n)
		labels := 0
		for i, of := range panels {
			low, high := math.Inf(1), math.Inf(-1)
			data[i] = nil
			for _, j := range of.series {
				values := p.series[j].columns(t, n)
				for _, x := range values {
					if !math.IsNaN(x) {
						low, high = min(low, x), max(high, x)
					}
				}
				data[i] = append(data[i], values)
			}
			axes[i] = newAxis(of.unit, low, high, min(max((each-1)/2, 1), 6))
			for tick := range axes[i].ticks + 1 {
				labels = max(labels, text.Width(axes[i].label(tick)))
			}
		}
		wide = labels
	}
	n := len(data[0][0]) - 1
	for i, of := range panels {
		if title := of.unit.title(p.rate); title != "" {
			lines = append(lines, title)
		}
		var options []asciigraph.Option
		if i == len(panels)-1 {
			t := p.spanOf(window, n)
			options = append(options, asciigraph.XAxisRange(0, t.to.Sub(t.from).Seconds()), asciigraph.XAxisTickCount(max(2, n/16+1)),
				asciigraph.XAxisValueFormatter(func(x float64) string {
					return t.from.Add(time.Duration(x * float64(time.Second))).Format("15:04:05")
				}))
		}
		lines = append(lines, axes[i].draw(data[i], of.series, max((each-1)/axes[i].ticks, 1), wide, color, options)...)
	}
	return lines
}

// draw draws series over the axis, each of whose steps takes that many lines.
func (a axis) draw(data [][]float64, which []int, lines, wide int, color bool, options []asciigraph.Option) []string {
	height := a.ticks * lines
	scaled := make([][]float64, len(data))
	for i, values := range data {
		scaled[i] = make([]float64, len(values))
		for j, x := range values {
			scaled[i][j] = (x - a.low) / (a.high - a.low) * float64(height)
		}
	}
	label := func(row float64) string {
		at := int(math.Round(row))
		if at%lines != 0 {
			return ""
		}
		return fmt.Sprintf("%*s", wide, a.label(at/lines))
	}
	var colors []asciigraph.AnsiColor
	var chars []asciigraph.CharSet
	for _, i := range which {
		if color {
			colors = append(colors, hues[i%len(hues)])
		}
		chars = append(chars, asciigraph.DefaultCharSet)
		if i > 0 && !color {
			chars[len(chars)-1] = asciigraph.CreateCharSet(marks[i%len(marks)])
		}
	}
	drawn := asciigraph.PlotMany(scaled, append([]asciigraph.Option{
		asciigraph.Height(height), asciigraph.LowerBound(0), asciigraph.UpperBound(float64(height)),
		asciigraph.YAxisValueFormatter(label), asciigraph.SeriesColors(colors...), asciigraph.SeriesChars(chars...),
	}, options...)...)
	return strings.Split(drawn, "\n")
}

// drawnLegend returns the lines of the summary, with the mark or the color of each series.
func (p *plot) drawnLegend(color bool) []string {
	var shown []*series
	var marked []string
	for i, s := range p.series {
		if s.hist {
			continue
		}
		shown = append(shown, s)
		if mark := marks[i%len(marks)]; !color {
			marked = append(marked, mark)
		} else {
			marked = append(marked, hues[i%len(hues)].String()+"■"+asciigraph.Default.String())
		}
	}
	lines := legend(shown, 2)
	for i, mark := range marked {
		lines[i+1] = mark + lines[i+1][1:]
	}
	return lines
}

// cutColored cuts a line that may hold colors.
func cutColored(line string, columns int) string {
	if visible(line) <= columns {
		return line
	}
	var b strings.Builder
	used := 0
	for line != "" {
		if strings.HasPrefix(line, "\x1b[") {
			end := strings.IndexByte(line, 'm') + 1
			b.WriteString(line[:end])
			line = line[end:]
			continue
		}
		part, _, _ := strings.Cut(line, "\x1b")
		line = line[len(part):]
		for _, r := range part {
			if used += text.RuneWidth(r); used > columns {
				break
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

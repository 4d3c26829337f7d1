package library

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "diff", Args: "before, now", Min: 2, Reads: Composites, Run: diff,
		Summary: "what is different in two values, such as snap(x) and x", Example: `diff([1, 2], [1, 3])`},
})

// diff is diff(a, b): what differs in two values, such as a snapshot and the live object, in the
// order of the parts of a, as {at: …, before: …, now: …, change: …}. What is redacted is not
// compared. Of two censuses it is how much each type grew; see grown.
func diff(f *machine.Frame, args []value.Value) (value.Value, error) {
	if err := value.Refuse(args...); err != nil {
		return nil, err
	}
	a, err := snapped(f, args[0])
	if err != nil {
		return nil, err
	}
	b, err := snapped(f, args[1])
	if err != nil {
		return nil, err
	}
	if answer, ok, err := grown(f, a, b); ok {
		return answer, err
	}
	d := differ{f: f, before: value.Path(args[0]), now: value.Path(args[1])}
	if err := d.node("", a, b); err != nil {
		return nil, err
	}
	if d.cut {
		f.Note("only the beginning was compared of what is too large for a snapshot: compare parts of it")
	}
	if d.unread > 0 {
		f.Note(counted(d.unread, "part") + " could not be read, and were not compared")
	}
	if d.elsewhere > 0 {
		f.Note(counted(d.elsewhere, "part") + " that several pointers lead to were not compared at each place")
	}
	return &value.Snapshot{Node: records(d.rows), Page: d.page()}, nil
}

// maxDiffLines bounds the differences shown at once. The answer has all of them.
const maxDiffLines = 64

func (d *differ) page() *render.Page {
	if len(d.lines) == 0 {
		return textPage("nothing changed")
	}
	page := &render.Page{Gap: 2}
	shown := d.lines[:min(len(d.lines), maxDiffLines)]
	page.Columns(shown, render.Column{Role: render.NameRole}, render.Column{Whole: true}, render.Column{Role: render.NoteRole},
		render.Column{Whole: true}, render.Column{Role: render.NumberRole, Whole: true})
	if more := len(d.lines) - len(shown); more > 0 {
		page.Text(fmt.Sprintf("… %s more: _[%d:%d]", text.Thousands(more), len(shown), min(len(d.lines), 2*len(shown))), render.NoteRole)
	}
	return page
}

// differ compares two trees of nodes and collects what differs.
type differ struct {
	f *machine.Frame
	// The expressions that reach the two values, "" for what is not live.
	before, now string
	rows        []*render.Node
	lines       [][]string
	cut         bool
	unread      int
	// elsewhere counts objects that several pointers lead to and that a snapshot has at one
	// place only.
	elsewhere int
}

// node compares two nodes at the path at, below the two values.
func (d *differ) node(at string, a, b *render.Node) error {
	if (a.Shape == inspect.Pointer) != (b.Shape == inspect.Pointer) {
		a, b = value.PointedAt(a), value.PointedAt(b)
	}
	if err := d.f.Tick(1); err != nil {
		return err
	}
	switch {
	case a.Hidden || b.Hidden:
		return nil
	case a.Err != "" || b.Err != "":
		d.unread++
		return nil
	case d.sameCycle(a.Cycle, b.Cycle), a.Same != "" && a.Same == b.Same:
		return nil
	case a.Same != "" || b.Same != "":
		d.elsewhere++
		return nil
	case a.Shape != b.Shape || a.Type != b.Type && a.Type != "" && b.Type != "" || a.Cycle != b.Cycle:
		return d.changed(at, a, b)
	}
	// What was cut whole from one side cannot be compared, even if the other side has it.
	if len(a.Items) == 0 && a.Cut != nil && a.Cut.More == 0 || len(b.Items) == 0 && b.Cut != nil && b.Cut.More == 0 {
		d.cut = true
		return nil
	}
	switch a.Shape {
	case inspect.Scalar:
		return d.scalar(at, a, b)
	case inspect.Struct, inspect.Pointer:
		return d.named(at, a, b, fieldLabel)
	case inspect.Map:
		return d.named(at, a, b, func(it render.Item) string { return "[" + unmarked(it.Key, 1024) + "]" })
	case inspect.List:
		return d.list(at, a, b)
	}
	if a.Text != b.Text {
		return d.changed(at, a, b)
	}
	return nil
}

// sameCycle reports whether both lead back to the same place, each within its own value.
func (d *differ) sameCycle(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	x, inside := strings.CutPrefix(a, d.before)
	y, also := strings.CutPrefix(b, d.now)
	return a == b || inside && also && x == y
}

func fieldLabel(it render.Item) string {
	if it.Name == "" {
		return "" // the target of a pointer
	}
	return "." + it.Name
}

// scalar compares two scalars. NaN equals NaN here.
func (d *differ) scalar(at string, a, b *render.Node) error {
	same := a.Len == b.Len && a.Text == b.Text
	switch x := a.Scalar.(type) {
	case time.Time:
		if y, ok := b.Scalar.(time.Time); ok {
			same = x.Equal(y)
		}
	case []byte:
		if y, ok := b.Scalar.([]byte); ok {
			same = a.Len == b.Len && bytes.Equal(x, y)
		}
	}
	if !same {
		return d.changed(at, a, b)
	}
	d.cut = d.cut || a.Cut != nil
	return nil
}

// named compares fields, or the entries of maps, by their labels.
func (d *differ) named(at string, a, b *render.Node, label func(render.Item) string) error {
	if err := d.f.Keep(len(b.Items) * 4 * meter.ElementSize); err != nil {
		return err
	}
	others := make(map[string]*render.Node, len(b.Items))
	for _, it := range b.Items {
		if it.Key == nil || !it.Key.Hidden {
			others[label(it)] = it.Node
		}
	}
	d.cut = d.cut || a.Cut != nil || b.Cut != nil
	for _, it := range a.Items {
		if it.Key != nil && it.Key.Hidden {
			continue
		}
		name := label(it)
		other := others[name]
		delete(others, name)
		var err error
		switch {
		case other != nil:
			err = d.node(at+name, it.Node, other)
		case b.Cut == nil:
			err = d.removed(at+name, it.Node)
		}
		if err != nil {
			return err
		}
	}
	for _, it := range b.Items {
		if it.Key != nil && it.Key.Hidden || others[label(it)] == nil || a.Cut != nil {
			continue
		}
		if err := d.added(at+label(it), it.Node); err != nil {
			return err
		}
	}
	return nil
}

// maxAligned bounds the lists that are aligned, beyond what both have in common at their ends: the
// time grows with the product of their lengths.
const maxAligned = 300

// list compares two lists. It aligns them, so that an element that was inserted or removed is one
// difference. Elements at the same place between two equal ones are compared with each other.
func (d *differ) list(at string, a, b *render.Node) error {
	d.cut = d.cut || a.Cut != nil || b.Cut != nil
	x, err := d.texts(a)
	if err != nil {
		return err
	}
	y, err := d.texts(b)
	if err != nil {
		return err
	}
	pairs, err := d.align(x, y)
	if err != nil {
		return err
	}
	i, j := 0, 0
	for _, p := range append(pairs, [2]int{len(x), len(y)}) {
		for ; i < p[0] && j < p[1]; i, j = i+1, j+1 {
			if err := d.node(fmt.Sprintf("%s[%d]", at, j), a.Items[i].Node, b.Items[j].Node); err != nil {
				return err
			}
		}
		for ; i < p[0]; i++ {
			if b.Cut != nil && p[0] == len(x) {
				break // it may have been cut
			}
			if err := d.removed(fmt.Sprintf("%s[%d]", at, i), a.Items[i].Node); err != nil {
				return err
			}
		}
		for ; j < p[1]; j++ {
			if a.Cut != nil && p[1] == len(y) {
				break
			}
			if err := d.added(fmt.Sprintf("%s[%d]", at, j), b.Items[j].Node); err != nil {
				return err
			}
		}
		if p[0] < len(x) {
			// Their lines are equal, but may be cut.
			if err := d.node(fmt.Sprintf("%s[%d]", at, p[1]), a.Items[p[0]].Node, b.Items[p[1]].Node); err != nil {
				return err
			}
		}
		i, j = p[0]+1, p[1]+1
	}
	return nil
}

// unmarked is n on a line, without the marks of how it was read: they are no part of the value.
func unmarked(n *render.Node, most int) string {
	return strings.ReplaceAll(strings.TrimPrefix(n.Line(most), "copy "), "≈", "")
}

// texts returns the elements of a list as lines. Elements with equal lines are equal.
func (d *differ) texts(n *render.Node) ([]string, error) {
	lines := make([]string, len(n.Items))
	for i, it := range n.Items {
		lines[i] = unmarked(it.Node, 4<<10)
		if err := d.f.Keep(len(lines[i]) + meter.ElementSize); err != nil {
			return nil, err
		}
		if err := d.f.Tick(1); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// align pairs equal elements of x and y, in order. It finds as many pairs as there are if the part
// in which x and y differ is no longer than maxAligned.
func (d *differ) align(x, y []string) (pairs [][2]int, err error) {
	from := 0
	for from < len(x) && from < len(y) && x[from] == y[from] {
		pairs = append(pairs, [2]int{from, from})
		from++
	}
	n, m := len(x), len(y)
	for n > from && m > from && x[n-1] == y[m-1] {
		n, m = n-1, m-1
	}
	w, h := n-from, m-from
	if w <= maxAligned && h <= maxAligned {
		// longest[i][j] is how many pairs there are at most in x[from+i:n] and y[from+j:m].
		longest := make([][]int16, w+1)
		for i := range longest {
			longest[i] = make([]int16, h+1)
		}
		for i := w - 1; i >= 0; i-- {
			if err := d.f.Tick(1 + h); err != nil {
				return nil, err
			}
			for j := h - 1; j >= 0; j-- {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
				if x[from+i] == y[from+j] {
					longest[i][j] = longest[i+1][j+1] + 1
				}
			}
		}
		for i, j := 0, 0; i < w && j < h; {
			switch {
			case x[from+i] == y[from+j]:
				pairs = append(pairs, [2]int{from + i, from + j})
				i, j = i+1, j+1
			case longest[i+1][j] >= longest[i][j+1]:
				i++
			default:
				j++
			}
		}
	}
	for i := n; i < len(x); i++ {
		pairs = append(pairs, [2]int{i, m + i - n})
	}
	return pairs, nil
}

func (d *differ) changed(at string, a, b *render.Node) error {
	return d.row(at, a, b, delta(d.f, value.Of(a.Scalar), value.Of(b.Scalar)))
}

func (d *differ) added(at string, b *render.Node) error {
	return d.row(at, nil, b, "added")
}

func (d *differ) removed(at string, a *render.Node) error {
	return d.row(at, a, nil, "removed")
}

func (d *differ) row(at string, a, b *render.Node, change string) error {
	if len(d.rows) == maxRows {
		return fault.New("budget", "there are more than %s differences", text.Thousands(maxRows)).With("compare a part")
	}
	if at == "" {
		at = "."
	}
	if err := d.f.Keep(value.NodeSize(5) + 2*len(at)); err != nil {
		return err
	}
	none := func(n *render.Node) any {
		if n == nil {
			return nil
		}
		return n
	}
	d.rows = append(d.rows, record(field{"at", at}, field{"before", none(a)}, field{"now", none(b)}, field{"change", change}))
	line := func(n *render.Node) string {
		if n == nil {
			return ""
		}
		if figure, ok := n.Figure(); ok {
			return figure
		}
		return unmarked(n, 60)
	}
	arrow := "→"
	if a == nil || b == nil {
		arrow = ""
	}
	d.lines = append(d.lines, []string{at, line(a), arrow, line(b), strings.TrimPrefix(change, "changed")})
	return nil
}

// delta says by how much a number, a time or a duration changed.
func delta(f *machine.Frame, a, b value.Value) string {
	x, err := value.Subtract(&f.Thread, b, a)
	if err != nil {
		return "changed"
	}
	if d, ok := x.(value.Duration); ok {
		if d > 0 {
			return "+" + text.Duration(time.Duration(d), shownDigits)
		}
		return text.Duration(time.Duration(d), shownDigits)
	}
	n, ok := value.NumberOf(x)
	switch {
	case !ok:
		return fmt.Sprint(x)
	case n.IsFloat:
		from, _ := value.NumberOf(a)
		to, _ := value.NumberOf(b)
		return text.Change(from.Float64(), to.Float64())
	case n.Neg:
		return text.Group(fmt.Sprint(x))
	}
	return "+" + text.Group(fmt.Sprint(x))
}

package library

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "help", Args: "x", Min: 1, Reads: Composites, Places: true, Run: help,
		Summary: "what x is and holds, and which methods may be called", Example: `help(cache)`},
})

// help is help(x): what x is, what it holds and which methods may be called, as {name: …, type: …,
// doc: …, guard: …, fields: […], methods: […]}.
func help(f *machine.Frame, args []value.Value) (value.Value, error) {
	x, goType, err := value.LoadTyped(args[0])
	if err != nil {
		return nil, err
	}
	if err := value.Refuse(x); err != nil {
		return nil, err
	}
	if _, ok := x.(value.Namespace); ok {
		return dir(f, args)
	}
	l, ok := args[0].(value.Live)
	if !ok {
		return plainHelp(x, goType), nil
	}
	v := l.View
	members, err := v.Members()
	if err != nil {
		return nil, err
	}
	methods, err := v.Methods()
	if err != nil {
		return nil, err
	}
	h := helpPage{name: v.Path(), typ: goType}
	if x == value.Nil && goType == x.Type() {
		h.typ = l.Type() // of the interface
	}
	if h.guard, err = v.Guard(); err != nil {
		return nil, err
	}
	for _, e := range f.Known.Exposed() {
		if e.Name == h.name {
			h.doc, h.guard = e.Doc, e.Guard
		}
	}
	for _, m := range members {
		if !m.Method {
			h.field(m)
		}
	}
	for _, m := range methods {
		h.method(m)
	}
	if v.Lensed() {
		h.hint = "shown through a lens of the application"
	} else if value.IsNothing(x) {
		h.hint = "it is nil now"
	} else if value.IsScalar(x) {
		h.hint = computesAs(x)
	} else if target, shape, err := l.Resolve(); err == nil && target != nil {
		h.hint = h.next(target, shape)
	}
	return h.snapshot(), nil
}

// plainHelp is help for what is not live.
func plainHelp(x value.Value, goType string) *value.Snapshot {
	h := helpPage{typ: goType}
	h.hint = "it is plain data"
	if _, ok := x.(value.Composite); ok {
		h.hint = "it is a value of this session, and no object of the program; dir(x) and x[…] look into it"
	}
	return h.snapshot()
}

// computesAs says what an expression takes a scalar of the application for.
func computesAs(x value.Value) string {
	return "in expressions it is " + x.Kind()
}

// helpPage is what help says about an object. The lines are for people, the nodes for programs.
type helpPage struct {
	name, typ, doc, guard string
	fields, methods       []*render.Node
	fieldLines            [][]string
	methodLines           [][]string
	hint                  string
}

func (h *helpPage) field(m access.Member) {
	note := m.Note
	if m.Hidden {
		note = strings.TrimPrefix(note+", redacted", ", ")
	}
	h.fields = append(h.fields, record(field{"name", m.Name}, field{"type", m.Type}, field{"note", note}))
	h.fieldLines = append(h.fieldLines, []string{"." + m.Name, m.Type, note})
}

func (h *helpPage) method(m access.Member) {
	may := m.Note == ""
	note := "may be called"
	if !may {
		note = m.Note
	}
	h.methods = append(h.methods, record(field{"name", m.Name}, field{"type", m.Type}, field{"callable", may}, field{"note", note}))
	h.methodLines = append(h.methodLines, []string{"." + m.Name + strings.TrimPrefix(m.Type, "func"), note})
}

// next says how to go on from an object of that shape.
func (h *helpPage) next(v *access.View, shape inspect.Shape) string {
	path := h.name
	if path == "" {
		path = "x"
	}
	switch shape {
	case inspect.Map:
		return path + "[key] is an entry, keys(" + path + ") are its keys, and count, filter, top and the like walk its values"
	case inspect.List:
		return path + "[0] is its first element, and count, filter, top and the like walk it"
	case inspect.Chan:
		return "len(" + path + ") is how much waits in it, cap(" + path + ") how much could"
	}
	return ""
}

func (h *helpPage) snapshot() *value.Snapshot {
	n := record(field{"name", h.name}, field{"type", h.typ}, field{"doc", h.doc}, field{"guard", h.guard},
		field{"fields", records(h.fields)}, field{"methods", records(h.methods)})
	page := namePage([][]string{{h.name, h.typ}})
	held := ""
	if strings.HasPrefix(h.guard, "guarded by ") {
		held = "a look holds it for a tenth of a millisecond at a time: a TryLock of the program's own can fail meanwhile"
	}
	for _, line := range []string{h.doc, h.guard, held, h.hint} {
		if line != "" {
			page.Text(line, render.PlainRole)
		}
	}
	name := render.Column{Role: render.NameRole}
	if len(h.fieldLines) > 0 {
		page.Columns(h.fieldLines, name, render.Column{Role: render.TypeRole}, render.Column{})
	}
	if len(h.methodLines) > 0 {
		page.Columns(h.methodLines, name, render.Column{})
	}
	return &value.Snapshot{Node: n, Page: page}
}

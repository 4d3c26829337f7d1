package value

import (
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Names are the full names of what is exposed, with dots, sorted.
type Names []string

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	HasMembers
	Keyed
	Pictured
	Completable
} = Namespace{}

// Has reports whether an object has that full name.
func (n Names) Has(name string) bool {
	_, ok := slices.BinarySearch(n, name)
	return ok
}

// HasNamespace reports whether objects have names of the form name.….
func (n Names) HasNamespace(name string) bool {
	i, _ := slices.BinarySearch(n, name+".")
	return i < len(n) && strings.HasPrefix(n[i], name+".")
}

// Namespace returns the namespace of that name, that of all names for "".
func (n Names) Namespace(name string) Namespace {
	ns := Namespace{}
	if name != "" {
		ns.prefix = name + "."
	}
	for _, full := range n {
		if strings.HasPrefix(full, ns.prefix) {
			ns.names = append(ns.names, full)
		}
	}
	return ns
}

// Namespace is the beginning of dotted names: db where db.pool is exposed. $env is that of all. It
// is a map of what is exposed by the names behind the prefix.
type Namespace struct {
	prefix string // ends in a dot, or is ""
	names  Names  // those that begin with prefix
}

// Prefix is what stands before the names: "" or what ends in a dot.
func (x Namespace) Prefix() string { return x.prefix }

func (Namespace) Kind() string               { return "a namespace" }
func (Namespace) Type() string               { return "map[string]any" }
func (Namespace) Shape() inspect.Shape       { return inspect.Map }
func (x Namespace) Len(*Thread) (int, error) { return len(x.names), nil }

// short returns name i behind the prefix.
func (x Namespace) short(i int) string { return x.names[i][len(x.prefix):] }

// Has reports whether prefix+key is exposed or the beginning of what is.
func (x Namespace) Has(_ *Thread, key Value) (bool, error) {
	name, ok := key.(String)
	full := x.prefix + string(name)
	return ok && (x.names.Has(full) || x.names.HasNamespace(full)), nil
}

// Member is what is exposed as prefix+name, or the namespace of that name.
func (x Namespace) Member(t *Thread, name string) (Value, error) {
	full := x.prefix + name
	switch {
	case x.names.Has(full):
		return live(t.Visit.Get(full))
	case name != "" && x.names.HasNamespace(full):
		return x.names.Namespace(full), nil
	}
	e := fault.New("unknown_name", "nothing is exposed as %s", Quote(full))
	short := make([]string, len(x.names))
	for i := range short {
		short[i] = x.short(i)
	}
	if near := text.Near(name, short); near != "" {
		return nil, e.With("did you mean %s?", x.prefix+near)
	}
	if space := strings.TrimSuffix(x.prefix, "."); t.Visit.PackageOf(space) != "" {
		return nil, e.With("dir(%s) lists its variables; the linker drops what the program does not use, and the application may hide some", space)
	}
	return nil, e.With("%s", x.listed())
}

// listed says what lists the names of x.
func (x Namespace) listed() string {
	return "dir(" + strings.TrimSuffix(x.prefix, ".") + ") lists what there is"
}

// Index is Member.
func (x Namespace) Index(t *Thread, key Value) (Value, error) {
	name, ok := key.(String)
	if !ok {
		return nil, fault.New("type", "%s is not the name of anything exposed", key.Kind())
	}
	return x.Member(t, string(name))
}

// Each walks what is exposed, in the order of the names.
func (x Namespace) Each(t *Thread, _ bool, yield Yield) error {
	for i := range x.names {
		if err := t.Tick(1); err != nil {
			return err
		}
		name := x.short(i)
		elem, err := x.Member(t, name)
		if err != nil {
			return err
		}
		if more, err := yield(i, String(name), elem); err != nil || !more {
			return err
		}
	}
	return nil
}

// Names proposes the parts of the names up to the next dot.
func (x Namespace) Names(_ *Thread, add func(name, detail string)) error {
	seen := map[string]bool{}
	for i := range x.names {
		name, _, more := strings.Cut(x.short(i), ".")
		if seen[name] {
			continue
		}
		seen[name] = true
		detail := ""
		if more {
			detail = "namespace"
		}
		add(name, detail)
	}
	return nil
}

func (x Namespace) picture(p *painter, depth int, path string) *render.Node {
	return p.list(len(x.names), depth, path, func(i int) Value { return String(x.short(i)) })
}

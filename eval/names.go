package eval

import (
	"slices"
	"strings"
	"unicode"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

// names is what an identifier may mean.
type names struct {
	vars    map[string]variable // of the session
	exposed []string            // sorted, with dots
}

func namesOf(entries []registry.Entry, vars map[string]variable) names {
	n := names{vars: vars}
	for _, e := range entries {
		n.exposed = append(n.exposed, e.Name)
	}
	slices.Sort(n.exposed)
	return n
}

// isExposed reports whether an object has that full name.
func (n names) isExposed(name string) bool {
	_, ok := slices.BinarySearch(n.exposed, name)
	return ok
}

// isNamespace reports whether objects have names of the form name.….
func (n names) isNamespace(name string) bool {
	i, _ := slices.BinarySearch(n.exposed, name+".")
	return i < len(n.exposed) && strings.HasPrefix(n.exposed[i], name+".")
}

// within lists the full names below a prefix that ends in a dot, or all for "".
func (n names) within(prefix string) []string {
	var in []string
	for _, e := range n.exposed {
		if strings.HasPrefix(e, prefix) {
			in = append(in, e)
		}
	}
	return in
}

// free returns an error if name cannot be given to a variable. Names of expr-lang's functions cannot. Those of our
// own functions can: expr-lang's expressions use some of them, and a call is told from a name by its bracket.
func (n names) free(name string, lets []let) error {
	switch {
	case name == "true" || name == "false" || name == "nil":
		return fault.New("syntax", "%s is a word of the language", name).With("choose another name")
	case name == "_":
		return fault.New("syntax", "_ is the last answer").With("choose another name")
	case isAnswerName(name):
		return fault.New("syntax", "%s is an answer of before", name).With("choose another name")
	case strings.HasPrefix(name, "$"):
		return fault.New("syntax", "names that start with $ are not yours to give").With("choose another name")
	case n.isExposed(name) || n.isNamespace(name):
		return fault.New("syntax", "%s is exposed by the application, and an expression cannot change it", name).With("choose another name")
	case syntax.IsBuiltin(name):
		return fault.New("syntax", "%s is a function", name).With("choose another name")
	}
	for _, l := range lets {
		if l.name == name {
			return fault.New("syntax", "%s has been declared already", name).With("choose another name")
		}
	}
	return nil
}

// unknown is the error for an identifier that means nothing.
func (n names) unknown(name string, lets []let) error {
	e := fault.New("unknown_name", "unknown name %s", quoted(name))
	switch name {
	case "null", "Null", "NULL", "nul", "none", "None", "undefined":
		return e.With("write nil")
	case "True", "TRUE", "False", "FALSE":
		return e.With("write %s", strings.ToLower(name))
	}
	if isFunction(name) {
		return fault.New("unknown_name", "%s is a function", name).With("call it: %s(…)", name)
	}
	if isAnswerName(name) {
		return e.With("_ is the last answer, and _1 to %s are those before it that are still kept; vars() lists them", answerName(keptAnswers-1))
	}
	known := slices.Clone(n.exposed)
	for v := range n.vars {
		known = append(known, v)
	}
	for _, l := range lets {
		known = append(known, l.name)
	}
	if near := text.Near(name, known); near != "" {
		return e.With("did you mean %s?", near)
	}
	for _, full := range n.exposed {
		if strings.HasSuffix(full, "."+name) {
			return e.With("did you mean %s?", full)
		}
	}
	return e.With(lookAround)
}

// lookAround is what to do where no name is near.
const lookAround = "dir() lists what there is"

// orElse gives an error about a name that nothing is near to a better hint.
func orElse(err error, format string, args ...any) error {
	if e := fault.From(err); e.Code == "unknown_name" && e.Hint == lookAround {
		return e.With(format, args...)
	}
	return err
}

// isFunction reports whether name is that of a function.
func isFunction(name string) bool {
	return lookup(name) != nil
}

// isName reports whether s can stand after a dot.
func isName(s string) bool {
	for i, r := range s {
		if !(r == '_' || r == '$' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// namespace is the beginning of dotted names: db where db.pool is exposed. $env is that of all.
// It is a map of what is exposed by the names behind the prefix.
type namespace struct {
	prefix  string   // ends in a dot, or is ""
	exposed []string // full names, sorted
}

func (n names) namespace(prefix string) namespace {
	return namespace{prefix, n.within(prefix)}
}

// has reports whether prefix+name is exposed or the beginning of what is.
func (n namespace) has(name string) bool {
	all := names{exposed: n.exposed}
	return all.isExposed(n.prefix+name) || all.isNamespace(n.prefix+name)
}

// keys are the names behind the prefix.
func (n namespace) keys() []any {
	var all []any
	for _, name := range n.exposed {
		all = append(all, name[len(n.prefix):])
	}
	return all
}

// member is what is exposed as prefix+name, or the namespace of that name.
func (n namespace) member(f *frame, name string) (any, error) {
	all, full := names{exposed: n.exposed}, n.prefix+name
	switch {
	case all.isExposed(full):
		v, err := f.look.Get(full)
		if err != nil {
			return nil, err
		}
		return v, nil
	case name != "" && all.isNamespace(full):
		return all.namespace(full + "."), nil
	}
	e := fault.New("unknown_name", "nothing is exposed as %s", quoted(full))
	if near := text.Near(full, n.exposed); near != "" {
		return nil, e.With("did you mean %s?", near)
	}
	return nil, e.With("dir() lists what there is")
}

// each walks what is exposed, in the order of the names.
func (n namespace) each(f *frame, each yield) error {
	for i, key := range n.keys() {
		if err := f.m.tick(1); err != nil {
			return err
		}
		x, err := n.member(f, key.(string))
		if err != nil {
			return err
		}
		if more, err := each(i, key, x); err != nil || !more {
			return err
		}
	}
	return nil
}

package compile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Names is what an identifier may mean.
type Names struct {
	Exposed value.Names
	Hint    func() string // about one that nothing is exposed as, "" for none; nil for never
	Vars    Variables     // nil for none
}

// Variables are those of a session.
type Variables interface {
	// Get returns the variable of that name.
	Get(name string) (v Variable, ok bool)
	// Names returns the names of all, in any order.
	Names() []string
}

// variable returns the variable of the session of that name.
func (n Names) variable(name string) (v Variable, ok bool) {
	if n.Vars == nil {
		return v, false
	}
	return n.Vars.Get(name)
}

// KeptAnswers is how many answers a session remembers: _, and _1 to _9 before it.
const KeptAnswers = 10

// AnswerName is the name of the answer that came n answers before the last.
func AnswerName(n int) string {
	if n == 0 {
		return "_"
	}
	return "_" + strconv.Itoa(n)
}

// AnswerNumber returns how many answers came after the one of that name, which is kept; -1 if name
// is none of those.
func AnswerNumber(name string) int {
	switch {
	case name == "_":
		return 0
	case len(name) == 2 && name[0] == '_' && '1' <= name[1] && name[1] < '0'+KeptAnswers:
		return int(name[1] - '0')
	}
	return -1
}

// IsAnswerName reports whether name is kept for answers: _, _1, _2 and so on.
func IsAnswerName(name string) bool {
	return strings.HasPrefix(name, "_") && strings.Trim(name[1:], "0123456789") == ""
}

// Free returns an error if name cannot be given to a variable of the session.
func (n Names) Free(name string) error { return n.free(name, nil) }

// free returns an error if name cannot be given to a variable. The names of expr-lang's functions
// cannot. The names of our own functions can: expressions written for expr-lang use some of them,
// and the bracket tells a call from a name.
func (n Names) free(name string, lets []let) error {
	switch {
	case name == "true" || name == "false" || name == "nil":
		return fault.New("syntax", "%s is a word of the language", name).With("choose another name")
	case name == "_":
		return fault.New("syntax", "_ is the last answer").With("choose another name")
	case IsAnswerName(name):
		return fault.New("syntax", "%s is an earlier answer", name).With("choose another name")
	case strings.HasPrefix(name, "$"):
		return fault.New("syntax", "names that start with $ are reserved").With("choose another name")
	case n.Exposed.Has(name) || n.Exposed.HasNamespace(name):
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
func (n Names) unknown(name string, lets []let) error {
	e := fault.New("unknown_name", "unknown name %s", value.Quote(name))
	switch name {
	case "null", "Null", "NULL", "nul", "none", "None", "undefined":
		return e.With("write nil")
	case "True", "TRUE", "False", "FALSE":
		return e.With("write %s", strings.ToLower(name))
	}
	if isFunction(name) {
		return fault.New("unknown_name", "%s is a function", name).With("call it: %s(…)", name)
	}
	if IsAnswerName(name) {
		return e.With("_ is the last answer, and _1 to %s are those before it that are still kept; vars() lists them", AnswerName(KeptAnswers-1))
	}
	known := slices.Clone(n.Exposed)
	for _, full := range n.Exposed { // sorted
		if space, _, dotted := strings.Cut(full, "."); dotted && known[len(known)-1] != space {
			known = append(known, space)
		}
	}
	if n.Vars != nil {
		known = append(known, n.Vars.Names()...)
	}
	for _, l := range lets {
		known = append(known, l.name)
	}
	if near := text.Near(name, known); near != "" {
		return e.With("did you mean %s?", near)
	}
	if hint := foreignNames.of(name); hint != "" {
		return e.With("%s", hint)
	}
	for _, full := range n.Exposed {
		if strings.HasSuffix(full, "."+name) {
			return e.With("did you mean %s?", full)
		}
	}
	if n.Hint != nil {
		if hint := n.Hint(); hint != "" {
			return e.With("%s", hint)
		}
	}
	return e.With(HintDir)
}

// HintDir is the hint of the error for an unknown name where no name is near.
const HintDir = "dir() lists what there is"

// withHint replaces HintDir by a better hint.
func withHint(err error, format string, args ...any) error {
	if e := fault.From(err); e.Code == "unknown_name" && e.Hint == HintDir {
		return e.With(format, args...)
	}
	return err
}

// isFunction reports whether name is that of a function.
func isFunction(name string) bool {
	return library.Lookup(name) != nil
}

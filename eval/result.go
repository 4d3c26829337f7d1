package eval

import (
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/inspect"
)

// Result is an answer: plain data, detached from the application.
type Result struct {
	Node  *inspect.Node // what to show
	Text  string        // how to show it to people where it has a layout of its own, as dir() has; else ""
	Name  string        // the variable it was assigned to, "" if none
	Cost  Cost
	Notes []string // what to know about the answer, a line each; in no order that matters
}

// Cost is what an evaluation took.
type Cost struct {
	Time    time.Duration
	Entries int           // entries and hops that were read
	Bytes   int           // the most that was kept at any moment
	Waited  time.Duration // for guards
	Retries int           // reads that were done again because the data changed
	Torn    int           // reads that never came to rest
}

// pathOfAnswer is what the answer's elements can be reached by: the expression itself if [lo:hi] can
// follow it, else the expression in parentheses.
func (s statement) path() string {
	if s.name != "" {
		return s.name
	}
	if len(s.text) > 200 {
		return "_"
	}
	for _, r := range s.text {
		// What may be a comment would swallow what is put behind it.
		if r == '\n' || r == '/' {
			return "_"
		}
	}
	switch s.tree.(type) {
	case *ast.IdentifierNode, *ast.MemberNode, *ast.ChainNode, *ast.CallNode, *ast.BuiltinNode, *ast.SliceNode:
		return s.text
	}
	return "(" + s.text + ")"
}

// origin is the expression for what a copy of the answer was made of, which is where the rest is of what was cut;
// "" for none. It is not the name of the copy.
func (s statement) origin() string {
	s.name = ""
	if p := s.path(); p != "_" {
		return p
	}
	return ""
}

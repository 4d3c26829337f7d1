package eval

import (
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Result is an answer: plain data, detached from the application.
type Result struct {
	Node  *render.Node // what to show
	Page  *render.Page // how to show it to people where it has a layout of its own, as dir() has; else nil
	Name  string       // the variable it was assigned to, "" if none
	Cost  Cost
	Notes []string // what to know about the answer, a line each; in no order that matters
	// Codes says in words that stay the same which of these are among what has to be known: RacyNote, MovedNote and so on, each once.
	Codes []string
}

// The codes of notes that a program may act on. New ones may come.
const (
	RacyNote    = "racy"    // something was read without a guard
	TornNote    = "torn"    // something kept changing while it was read
	MovedNote   = "moved"   // elements of a list changed places while it was walked: some may have been met twice or not at all
	PartedNote  = "parted"  // a large object was read in parts, of several moments
	ChangedNote = "changed" // an object was changed between when it was picked from a collection and when it was read again, to be shown for instance
)

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
func pathOfAnswer(s syntax.Statement) string {
	if s.Name != "" {
		return s.Name
	}
	if len(s.Text) > 200 {
		return "_"
	}
	for _, r := range s.Text {
		// What may be a comment would swallow what is put behind it.
		if r == '\n' || r == '/' {
			return "_"
		}
	}
	text, ok := asLater(s)
	switch {
	case !ok:
		return "_"
	case s.Postfix():
		return text
	}
	return "(" + text + ")"
}

// asLater is the text as it has to be written when its own answer is the last one: there _ is called
// _1, and so on. ok is false where the oldest would get no name.
func asLater(s syntax.Statement) (later string, ok bool) {
	finder, tree := &answerFinder{}, s.Tree
	ast.Walk(&tree, finder)
	slices.SortFunc(finder.found, func(a, b *ast.IdentifierNode) int { return b.Location().From - a.Location().From })
	// The parser has b twice in the tree of a < b < c.
	finder.found = slices.Compact(finder.found)
	runes := []rune(s.Text)
	for _, id := range finder.found {
		n, _ := strconv.Atoi(id.Value[1:])
		if n+1 >= compile.KeptAnswers {
			return "", false
		}
		from := id.Location().From - s.From
		runes = slices.Replace(runes, from, from+len(id.Value), []rune(compile.AnswerName(n+1))...)
	}
	return string(runes), true
}

// answerFinder finds the answers of before that an expression uses.
type answerFinder struct{ found []*ast.IdentifierNode }

func (f *answerFinder) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok && compile.IsAnswerName(id.Value) {
		f.found = append(f.found, id)
	}
}

// originOfAnswer is the expression for what a copy of the answer was made of, which is where the rest is of what was cut;
// "" for none. It is not the name of the copy.
func originOfAnswer(s syntax.Statement) string {
	s.Name = ""
	if p := pathOfAnswer(s); p != "_" {
		return p
	}
	return ""
}

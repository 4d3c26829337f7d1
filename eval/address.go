package eval

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
)

// pathOfAnswer is the expression that [lo:hi] can follow to show another part of the answer: the
// expression itself, in parentheses if need be, or _.
func pathOfAnswer(s syntax.Statement) string {
	if s.Name != "" {
		return s.Name
	}
	if len(s.Text) > 200 {
		return "_"
	}
	for _, r := range s.Text {
		// A comment would swallow what follows it.
		if r == '\n' || r == '/' {
			return "_"
		}
	}
	text, ok := textForLater(s)
	switch {
	case !ok:
		return "_"
	case s.Postfix():
		return text
	}
	return "(" + text + ")"
}

// textForLater is the text to type when its own answer is the last one: _ has become _1 by then,
// and so on. ok is false if the oldest answer is no longer kept by then.
func textForLater(s syntax.Statement) (later string, ok bool) {
	finder, tree := &answerNames{}, s.Tree
	ast.Walk(&tree, finder)
	slices.SortFunc(finder.found, func(a, b *ast.IdentifierNode) int { return b.Location().From - a.Location().From })
	// The tree of a < b < c has b twice.
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

// answerNames finds the names of earlier answers in an expression.
type answerNames struct{ found []*ast.IdentifierNode }

func (f *answerNames) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok && compile.IsAnswerName(id.Value) {
		f.found = append(f.found, id)
	}
}

// sourceOfAnswer is the expression that a copy of the answer was made of, and so the address of
// what was cut from the copy; "" if there is none. It is not the name of the copy.
func sourceOfAnswer(s syntax.Statement) string {
	s.Name = ""
	if p := pathOfAnswer(s); p != "_" {
		return p
	}
	return ""
}

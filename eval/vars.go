package eval

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(objectFunctions, []function{
	{name: "vars", reads: composites, run: varsList,
		summary: "what this session keeps under which names", example: `vars()`},
})

// keptAnswers is how many answers a session remembers: _, and _1 to _9 before it.
const keptAnswers = 10

// answerName is the name of the answer that came n answers before the last.
func answerName(n int) string {
	if n == 0 {
		return "_"
	}
	return "_" + strconv.Itoa(n)
}

// isAnswerName reports whether name is kept for answers: _, _1, _2 and so on.
func isAnswerName(name string) bool {
	return strings.HasPrefix(name, "_") && strings.Trim(name[1:], "0123456789") == ""
}

// remember makes v the last answer. Of those before it as many are kept as take no more than a
// quarter of what a session may hold.
func (s *Session) remember(v variable, mode Mode) {
	if mode == Typed || mode == First {
		for n := keptAnswers - 1; n > 0; n-- {
			if before, ok := s.vars[answerName(n-1)]; ok {
				s.vars[answerName(n)] = before
			}
		}
	}
	s.vars["_"] = v
	held := 0
	for n := 1; n < keptAnswers; n++ {
		if held += s.vars[answerName(n)].weight(); held > s.limits.Bytes/4 {
			delete(s.vars, answerName(n))
		}
	}
}

// varsList lists the variables of the session, the answers of before last: a list of rows.
func varsList(f *frame, _ []value.Value) (value.Value, error) {
	vars := f.session.variables(f.Visit)
	names := slices.SortedFunc(maps.Keys(vars), func(a, b string) int {
		switch {
		case isAnswerName(a) == isAnswerName(b):
			return strings.Compare(a, b)
		case isAnswerName(a):
			return 1
		}
		return -1
	})
	var rows [][]string
	for _, name := range names {
		v := vars[name]
		f.origins = append(f.origins, v.from...)
		rows = append(rows, []string{name, v.kind(), f.preview(v), v.note()})
	}
	return table(rows, "name", "type", "value", "note"), nil
}

// preview is the beginning of what v holds, or the path of the object that it stands for.
func (f *frame) preview(v variable) string {
	switch {
	case v.gone != "":
		return ""
	case v.alias != nil:
		return v.alias.String()
	}
	return value.Picture(f.Thread, v.value, render.Limit{Depth: 2, Items: 8, Bytes: 64, Nodes: 20}, "").Line(32)
}

// kind is the type of what v holds, "" where only a look at the live object would tell.
func (v variable) kind() string {
	if v.alias != nil || v.gone != "" {
		return ""
	}
	return v.value.Type()
}

// note says what v is besides its type.
func (v variable) note() string {
	switch {
	case v.gone != "":
		return "forgotten: " + v.gone + " was withdrawn, or hides more"
	case v.alias != nil:
		return "the live object"
	}
	if s, ok := v.value.(*value.Snapshot); ok && value.IsCut(s.Node) {
		return "a snapshot that was cut, " + text.Bytes(v.size)
	} else if ok && s.Page == nil {
		return "a snapshot, " + text.Bytes(v.size)
	}
	if v.size >= 1024 {
		return text.Bytes(v.size)
	}
	return ""
}

package eval

import (
	"maps"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// remember makes v the last answer. Of those before it as many are kept as take no more than a
// quarter of what a session may hold.
func (s *Session) remember(v variable, mode Mode) {
	if mode == Typed || mode == First {
		for n := compile.KeptAnswers - 1; n > 0; n-- {
			if before, ok := s.vars[compile.AnswerName(n-1)]; ok {
				s.vars[compile.AnswerName(n)] = before
			}
		}
	}
	s.vars["_"] = v
	held := 0
	for n := 1; n < compile.KeptAnswers; n++ {
		if held += s.vars[compile.AnswerName(n)].weight(); held > s.limits.Bytes/4 {
			delete(s.vars, compile.AnswerName(n))
		}
	}
}

// listed lists the variables of the session for vars(), the answers of before last.
func (e *evaluation) listed() []machine.Variable {
	vars := e.session.variables(e.Visit)
	names := slices.SortedFunc(maps.Keys(vars), func(a, b string) int {
		switch {
		case compile.IsAnswerName(a) == compile.IsAnswerName(b):
			return strings.Compare(a, b)
		case compile.IsAnswerName(a):
			return 1
		}
		return -1
	})
	rows := make([]machine.Variable, len(names))
	for i, name := range names {
		v := vars[name]
		rows[i] = machine.Variable{Name: name, Type: v.kind(), Value: e.preview(v), Note: v.note(), Origins: v.Origins}
	}
	return rows
}

// preview is the beginning of what v holds, or the path of the object that it stands for.
func (e *evaluation) preview(v variable) string {
	switch {
	case v.Gone != "":
		return ""
	case v.Path != nil:
		return v.Path.String()
	}
	return value.Picture(e.Thread, v.Value, render.Limit{Depth: 2, Items: 8, Bytes: 64, Nodes: 20}, "").Line(32)
}

// kind is the type of what v holds, "" where only a look at the live object would tell.
func (v variable) kind() string {
	if v.Path != nil || v.Gone != "" {
		return ""
	}
	return v.Value.Type()
}

// note says what v is besides its type.
func (v variable) note() string {
	switch {
	case v.Gone != "":
		return "forgotten: " + v.Gone + " was withdrawn, or hides more"
	case v.Path != nil:
		return "the live object"
	}
	if s, ok := v.Value.(*value.Snapshot); ok && value.IsCut(s.Node) {
		return "a snapshot that was cut, " + text.Bytes(v.size)
	} else if ok && s.Page == nil {
		return "a snapshot, " + text.Bytes(v.size)
	}
	if v.size >= 1024 {
		return text.Bytes(v.size)
	}
	return ""
}

package eval

import (
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Variables lists the variables of the session for vars(), the earlier answers last.
func (e *evaluation) Variables() []machine.Variable {
	type kept struct {
		name string
		variable
	}
	var all []kept
	e.eachVariable(func(name string, v variable) { all = append(all, kept{name, v}) })
	slices.SortFunc(all, func(a, b kept) int {
		switch {
		case compile.IsAnswerName(a.name) == compile.IsAnswerName(b.name):
			return strings.Compare(a.name, b.name)
		case compile.IsAnswerName(a.name):
			return 1
		}
		return -1
	})
	rows := make([]machine.Variable, len(all))
	for i, v := range all {
		rows[i] = machine.Variable{Name: v.name, Type: v.kind(), Value: e.preview(v.variable), Note: v.note(), Origins: v.Origins}
	}
	return rows
}

// preview is the beginning of the value of v, or the path of the object that v stands for.
func (e *evaluation) preview(v variable) string {
	switch {
	case v.Gone != "":
		return ""
	case v.Path != nil:
		return v.Path.String()
	}
	return value.Picture(&e.Thread, v.Value, render.Limit{Depth: 2, Items: 8, Bytes: 64, Nodes: 20}, "").Line(32)
}

// kind is the type of the value of v, "" for a live object, which would have to be read.
func (v variable) kind() string {
	if v.Path != nil || v.Gone != "" {
		return ""
	}
	return v.Type
}

// note says what else there is to know about v.
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

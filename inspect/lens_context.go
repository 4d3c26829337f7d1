package inspect

import (
	"reflect"
	"strings"
	"time"
)

// A context has its fields, and a description of its state.
var _ = addLens(lensRow{name: "context.*Ctx", shape: Struct, describe: contextState, fit: fitContext})

func fitContext(_ *space, t reflect.Type, _ *lens) bool { return t.Kind() == reflect.Struct }

// isContext reports whether t is one of package context's own contexts.
func isContext(t reflect.Type) bool {
	return t.PkgPath() == "context" && strings.HasSuffix(t.Name(), "Ctx")
}

// maxContexts bounds how many contexts in each other are looked at.
const maxContexts = 64

// contextState says until when a context lasts, and whether and why it has
// ended. Its values are not looked at. It is "" for one of a type that is not
// known, which is shown by its fields.
func contextState(v Value) (string, error) {
	var p probe
	deadline, ended, cause := "no deadline", "", ""
	earliest := time.Time{}
	for range maxContexts {
		if v = p.at(v); p.err != nil || !v.IsValid() || !isContext(v.typ) {
			break
		}
		if when := p.field(v, "deadline"); when.IsValid() {
			x, mark, err := when.scalar(0)
			p.note(mark, err)
			if t, ok := x.(time.Time); ok && (earliest.IsZero() || t.Before(earliest)) {
				earliest = t
				deadline = "deadline " + t.Format(time.RFC3339Nano)
			}
		}
		for _, name := range []string{"afterFuncCtx", "timerCtx"} {
			if v.typ.Name() == name {
				v = p.field(v, "cancelCtx")
			}
		}
		if v.IsValid() && v.typ.Name() == "cancelCtx" && ended == "" {
			if e := p.at(p.field(v, "err").under()); e.IsValid() {
				ended = p.error(e)
				if c := p.at(p.field(v, "cause")); c.IsValid() {
					cause = p.error(c)
				}
			}
		}
		v = p.field(v, "Context")
	}
	text := deadline
	if ended != "" {
		text += ", ended: " + ended
		if cause != "" && cause != ended {
			text += ", cause: " + cause
		}
	} else {
		text += ", not ended"
	}
	return text, p.err
}

package inspect

import (
	"reflect"
	"strings"
	"time"
)

// A context is shown by its state, or by its fields.
var _ = addLens(lensRow{name: "context.*Ctx", shape: Struct, describe: contextState, fit: fitContext})

func fitContext(_ *space, t reflect.Type, _ *lens) bool { return t.Kind() == reflect.Struct }

// isContext reports whether t is one of package context's own types.
func isContext(t reflect.Type) bool {
	return t.PkgPath() == "context" && strings.HasSuffix(t.Name(), "Ctx")
}

// maxContexts bounds how many nested contexts are read.
const maxContexts = 64

// contextState describes a context: its deadline, and whether and why it has ended. It does not
// read the context's values. It stops at a context of an unknown type.
func contextState(v Value) (string, error) {
	var p probe
	deadline, ended, cause := "no deadline", "", ""
	earliest := time.Time{}
	for range maxContexts {
		if v = p.target(v); p.err != nil || !v.IsValid() || !isContext(v.typ) {
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
			if e := p.target(p.field(v, "err").content()); e.IsValid() {
				ended = p.error(e)
				if c := p.target(p.field(v, "cause")); c.IsValid() {
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
